// Sends to a child that is gone, and looks at no promise. Prints how many rejections nobody has handled, and what an awaited one says.
import { spawn } from 'shared-child'

let unhandled = 0
process.on('unhandledRejection', () => unhandled++)

async function main(): Promise<void> {
  const child = await spawn(process.execPath, ['-e', 'for (;;);'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  // Too much for the channel: these are under way when the child ends.
  for (let i = 0; i < 3; i++) void child.send('x'.repeat(1 << 22))
  await child.kill()
  await child.wait()
  void child.send('late')
  const awaited = await child.send('late').catch((error: NodeJS.ErrnoException) => error.code)
  setImmediate(() => process.stdout.write(JSON.stringify({ unhandled, awaited })))
}

void main()
