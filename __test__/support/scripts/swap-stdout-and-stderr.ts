import { spawn } from 'shared-child'

async function main(): Promise<void> {
  const swapped = await spawn('sh', ['-c', 'echo to 1; echo to 2 >&2'], { stdio: ['ignore', 2, 1] })
  await swapped.wait()
  const joined = await spawn('sh', ['-c', 'echo both 1; echo both 2 >&2'], { stdio: ['ignore', 1, { fd: 1 }] })
  await joined.wait()
}

void main()
