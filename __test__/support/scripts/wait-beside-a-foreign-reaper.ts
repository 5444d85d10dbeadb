import { SharedChild, spawn, type ExitStatus } from 'shared-child'
import { hasExited } from '../proc.js'
import { until } from '../within.js'

const told = (status: ExitStatus | null): string => (status === null ? 'null' : `code ${status.code}`)

async function outcome(act: () => Promise<ExitStatus | null> | ExitStatus | null): Promise<string> {
  try {
    return told(await act())
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

/** Loads a library that takes the status of every child it can get, and reports the results of waits and signals. */
async function main(): Promise<void> {
  const library = process.argv[2]
  if (library !== undefined) {
    try {
      process.dlopen({ exports: {} }, library)
    } catch {
      // It is no addon, but it has been loaded, and its constructor has run.
    }
  }
  const outcomes: string[] = []
  const late: string[] = []
  const signals: unknown[] = []
  for (let i = 0; i < 20; i++) {
    const options = { stdio: ['pipe', 'ignore', 'ignore'] } as const
    const args = ['-c', 'read line; exit 42']
    const child = i % 2 === 0 ? await spawn('sh', args, options) : SharedChild.spawnSync('sh', args, options)
    const other = SharedChild.attach(child.share())
    const waits = [
      outcome(() => child.wait()),
      outcome(() => child.waitTimeout(1e9)),
      outcome(() => other.wait()),
      outcome(() => other.waitDeadline(Infinity)),
    ]
    child.stdin?.end('go\n')
    outcomes.push(...(await Promise.all(waits)))
    signals.push(child.killSync(), await child.kill('SIGTERM'), child.sendSignalSync(0), await other.sendSignal(0))
    late.push(
      await outcome(() => child.waitSync()),
      await outcome(() => child.tryWaitSync()),
      await outcome(() => other.waitSync(0)),
    )

    // This asks before any event can have arrived.
    const quick = await spawn('sh', ['-c', 'exit 42'], { stdio: 'ignore' })
    await until('the exit', () => hasExited(quick.pid))
    signals.push(quick.killSync(0))
    late.push(await outcome(() => (i % 2 === 0 ? quick.waitSync() : quick.wait())))
  }
  process.stdout.write(JSON.stringify({ outcomes, late, signals }), () => process.exit(0))
}

void main()
