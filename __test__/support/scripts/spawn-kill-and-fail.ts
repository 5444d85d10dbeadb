// Starts, kills, and fails to start a program. Reports how each ended, and what children are left.
import { spawn } from 'shared-child'
import { childrenOf } from '../proc.js'

async function main(): Promise<void> {
  const { code } = await (await spawn('sh', ['-c', 'exit 3'])).wait()
  const sleeping = await spawn('sleep', ['1000'])
  await sleeping.kill()
  const { signal } = await sleeping.wait()
  const error = await spawn('/no/such/program').catch((reason: NodeJS.ErrnoException) => reason.code)
  console.log(JSON.stringify({ code, signal, error, left: childrenOf(process.pid) }))
}

void main()
