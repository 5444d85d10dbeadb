// Terminates a group, from a process that has no console ("detached") or one without a window ("windowsHide"). Whether it has one itself
// depends on its parent, so it starts itself again.
import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { spawn } from 'shared-child'

export interface Told {
  readonly code: number | null
  readonly cause: string | null
  /** Whether nothing of the group ran any more when terminate() had resolved. */
  readonly gone: boolean
  readonly ms: number
}

const programs: Record<string, { script: string; grace: number }> = {
  listens: { script: "process.on('SIGBREAK', () => process.exit(42))", grace: 300_000 },
  'is deaf': { script: "process.on('SIGBREAK', () => undefined)", grace: 300 },
}

async function terminate(act: string): Promise<void> {
  const { script, grace } = programs[act]!
  const stay = "; process.stdout.write('ready'); setTimeout(() => {}, 600000)"
  const child = await spawn(process.execPath, ['-e', script + stay], { group: true })
  await once(child.stdout, 'data')
  const start = performance.now()
  const { code, cause } = await child.terminate({ grace })
  const gone = !child.killGroupSync(0)
  const told: Told = { code, cause, gone, ms: performance.now() - start }
  process.stdout.write(JSON.stringify(told))
}

const [how = '', act] = process.argv.slice(2)
if (act === undefined) {
  void terminate(how)
} else {
  const host = nodeSpawn(process.execPath, [__filename, act], { [how]: true, stdio: ['ignore', 'pipe', 'pipe'] })
  host.stdout.pipe(process.stdout)
  host.stderr.pipe(process.stderr)
}
