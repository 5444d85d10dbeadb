import fs from 'node:fs'
import { spawn } from 'shared-child'

/** libuv makes pipes non-blocking when process.stdout is first touched, and so for every process that has them. */
async function main(): Promise<void> {
  await new Promise((resolve) => process.stdout.write('x', resolve))
  const child = await spawn('head', ['-c', '3000000', '/dev/zero'], { stdio: ['ignore', 'inherit', 'inherit'] })
  const status = await child.wait()
  fs.writeSync(1, 'y')
  process.exitCode = status.code ?? 100
}

void main()
