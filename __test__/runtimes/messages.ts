// Messages to a child and back. As a program: `node` this file, with the command of the child, to have another runtime for the child
// than for the parent. Prints 'ok'.
import { spawn } from 'shared-child'

/** Rejects unless every message comes back, in order, and the child ends by itself once the channel is closed. */
export async function exchange(file: string, args: readonly string[]): Promise<void> {
  const child = await spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], timeout: 60_000 })
  const sent = ['text', { nested: [1, null, 'ünïcode\n'] }, 'x'.repeat(1 << 20)]
  for (const message of sent) await child.send(message)
  const got: unknown[] = []
  for await (const message of child.messages()) if (got.push(message) === sent.length) break
  const wanted = sent.map((echoed) => ({ echoed }))
  if (JSON.stringify(got) !== JSON.stringify(wanted)) throw new Error(`messages of ${file}: ${JSON.stringify(got)}`)
  child.disconnect()
  const { code, cause } = await child.wait()
  if (code !== 0) throw new Error(`${file} did not end when the channel was closed: code ${code}, cause ${cause}`)
}

const [command, ...args] = process.argv.slice(2)
if (require.main === module && command !== undefined) {
  exchange(command, args).then(
    () => console.log('ok'),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
}
