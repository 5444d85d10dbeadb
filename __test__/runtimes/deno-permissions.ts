// The smoke test runs this in a Deno that may only start `echo`. It prints what is wrong, and fails then.
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SharedChild, spawn } from 'shared-child'

interface Failure extends Error {
  code?: string
  resource?: string
}

async function failureOf(start: () => unknown): Promise<Failure | null> {
  try {
    await start()
    return null
  } catch (error) {
    return error as Failure
  }
}

async function main(): Promise<void> {
  const trace = join(tmpdir(), `shared-child-refused-${process.pid}`)
  const elsewhere = { ...process.env, PATH: '/nowhere:/usr/bin:/bin' }
  const refused: [string, () => unknown][] = [
    ['touch', () => spawn('touch', [trace])],
    ['touch', () => SharedChild.spawnSync('touch', [trace])],
    ['./echo', () => spawn('./echo', { cwd: '/nowhere' })],
    ['/bin/sh', () => spawn(`touch ${trace}`, { shell: true })],
    ['echo', () => spawn('echo', { env: elsewhere })],
    ['echo', () => spawn('echo', { env: { ...process.env, LD_PRELOAD: '/nowhere.so' } })],
  ]
  for (const [resource, start] of refused) {
    const failure = await failureOf(start)
    if (failure?.name !== 'NotCapable' || failure.code !== 'ERR_ACCESS_DENIED' || failure.resource !== resource) {
      throw new Error(`${resource}: ${String(failure)}`)
    }
  }
  if (existsSync(trace)) throw new Error('something was started')
  for (const child of [await spawn('echo', ['allowed']), SharedChild.spawnSync('echo', ['allowed'])]) {
    const { stdout } = await child.output()
    if (stdout !== 'allowed\n') throw new Error(`echo: ${stdout}`)
  }
}

main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
