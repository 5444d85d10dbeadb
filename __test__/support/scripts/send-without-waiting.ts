// Sends to a child that is gone, and ignores the promises. Prints how many rejections were unhandled, and the error of an awaited one.
import { spawn } from 'shared-child'

let unhandled = 0
process.on('unhandledRejection', () => unhandled++)

async function main(): Promise<void> {
  const child = await spawn(process.execPath, ['-e', 'for (;;);'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  // This is too much for the channel, so these messages are pending when the child ends.
  for (let i = 0; i < 3; i++) void child.send('x'.repeat(1 << 22))
  await child.kill()
  await child.wait()
  void child.send('late')
  const awaited = await child.send('late').catch((error: NodeJS.ErrnoException) => error.code)
  setImmediate(() => process.stdout.write(JSON.stringify({ unhandled, awaited })))
}

void main()
