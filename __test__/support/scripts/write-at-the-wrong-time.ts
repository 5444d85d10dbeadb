import { spawn } from 'shared-child'

/** Writes to children that do not read, before, at and after their exit, and counts uncaught errors. */
async function main(): Promise<void> {
  const uncaught: string[] = []
  process.on('uncaughtException', (error) => uncaught.push(String(error)))
  process.on('unhandledRejection', (error) => uncaught.push(String(error)))
  const big = Buffer.alloc(1 << 20)
  let rounds = 0
  for (; rounds < 20; rounds++) {
    const child = await spawn('true')
    const { stdin } = child
    stdin?.write('x')
    stdin?.write(big)
    await new Promise((resolve) => setImmediate(resolve))
    stdin?.write(big)
    const exit = child.wait()
    while (child.tryWaitSync() === null) stdin?.write('x')
    stdin?.write('x')
    await exit
    stdin?.write('x')
    stdin?.end('x')
    const taken = await spawn('true')
    const own = taken.takeStdin()
    own?.write(big)
    await taken.wait()
    own?.write('x')
    own?.end()
    await (await spawn('true')).output({ input: big })
    const killed = await spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] })
    killed.stdin?.write(big)
    killed.killSync()
    killed.stdin?.write(big)
    await killed.wait()
  }
  await new Promise((resolve) => setTimeout(resolve, 100))
  process.stdout.write(JSON.stringify({ uncaught, rounds }))
}

main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
