/** Does `job` `count` times, at most `atOnce` of them at a time. */
export async function atOnce(limit: number, count: number, job: () => Promise<unknown>): Promise<void> {
  let started = 0
  const worker = async (): Promise<void> => {
    while (started < count) {
      started++
      await job()
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, count) }, worker))
}
