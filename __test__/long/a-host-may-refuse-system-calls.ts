// Containers and old kernels refuse system calls that the engine and the reactor prefer. For each refusal, before the first
// spawn (cold) and after it (warm), everything works, or fails with a documented error.
//   node build/__test__/long/a-host-may-refuse-system-calls.js COUNT
import { spawn as nodeSpawn } from 'node:child_process'
import os from 'node:os'
import { SharedChild, spawn } from 'shared-child'
import { settled } from '../support/leaks.js'
import { childrenOf, openFds } from '../support/proc.js'
import { slowness, within } from '../support/within.js'
import { compileLibrary, load } from './support/compile.js'
import { longTest } from './support/long-test.js'

const { ENOSYS, EPERM, EAGAIN, ENOMEM, EMFILE, EINVAL } = os.constants.errno

/** The numbers of asm-generic, which all processors but x86_64 have; and those of x86_64. */
const generic = { clone: 220, pidfd_send_signal: 424, pidfd_open: 434, clone3: 435, close_range: 436, waitid: 95 }
const x64 = { ...generic, clone: 56, waitid: 247 }
const numbers = process.arch === 'x64' ? x64 : generic

const CLONE_PIDFD = 0x1000
const CLONE_VFORK = 0x4000
const CLONE_THREAD = 0x10000
/** Makes libc create threads with clone, whose flags a filter can see. */
const noClone3 = `${numbers.clone3}:0:${ENOSYS}`

interface Refusal {
  refuse: string
  /** Documented outcomes besides success, at any time. */
  errors?: readonly string[]
  /** Further ones if the filter came after the first spawn, because the kernel is probed only once. */
  late?: readonly string[]
}
const refusals: Record<string, Refusal> = {}
for (const [name, errno] of Object.entries({ ENOSYS, EPERM, EINVAL })) {
  refusals[`pidfd_open ${name}`] = { refuse: `${numbers.pidfd_open}:0:${errno}` }
  refusals[`pidfd_send_signal ${name}`] = { refuse: `${numbers.pidfd_send_signal}:0:${errno}`, late: [name] }
  refusals[`close_range ${name}`] = { refuse: `${numbers.close_range}:0:${errno}` }
  for (const [flag, mask] of Object.entries({ CLONE_PIDFD, CLONE_VFORK })) {
    const refuse = `${noClone3} ${numbers.clone}:${mask}:${errno}`
    refusals[`clone with ${flag} ${name}`] = { refuse, late: [name] }
  }
  refusals[`clone3 ENOSYS, all pidfds ${name}`] = {
    refuse: [
      noClone3,
      `${numbers.clone}:${CLONE_PIDFD}:${errno}`,
      ...[numbers.pidfd_open, numbers.pidfd_send_signal, numbers.close_range].map((call) => `${call}:0:${errno}`),
    ].join(' '),
    late: [name],
  }
}
for (const [name, errno] of Object.entries({ EAGAIN, ENOMEM })) {
  const refuse = `${noClone3} ${numbers.clone}:${CLONE_THREAD}:${errno}`
  refusals[`threads ${name}`] = { refuse, errors: [name, 'EAGAIN'] }
  refusals[`any clone ${name}`] = { refuse: `${noClone3} ${numbers.clone}:0:${errno}`, errors: [name, 'EAGAIN'] }
  refusals[`threads and pidfds ${name}`] = {
    refuse: `${refuse} ${numbers.pidfd_open}:0:${ENOSYS} ${numbers.clone}:${CLONE_PIDFD}:${ENOSYS}`,
    errors: [name, 'EAGAIN'],
    late: ['ENOSYS'],
  }
}
refusals['pidfd_open EMFILE'] = { refuse: `${numbers.pidfd_open}:0:${EMFILE}` }
refusals['all forks EPERM'] = { refuse: `${noClone3} ${numbers.clone}:0:${EPERM}`, errors: ['EPERM', 'EAGAIN'] }

interface Outcome {
  works: number
  errors: string[]
  left: number
  fds: number
}

/** Spawns both ways, waits, polls, times out, kills and fails. */
async function useAll(): Promise<void> {
  const status = await (await spawn('sh', ['-c', 'echo text; exit 3'])).output()
  if (status.stdout !== 'text\n' || status.status.code !== 3) throw new Error(`wrong: ${JSON.stringify(status)}`)
  const child = SharedChild.spawnSync('sleep', ['1000'], { stdio: 'ignore' })
  try {
    if ((await child.waitTimeout(5)) !== null) throw new Error('wrong: it ran')
    if (child.tryWaitSync() !== null) throw new Error('wrong: it ran')
    if (!(await child.kill())) throw new Error('wrong: not sent')
  } catch (error) {
    // If the package may not signal the child, the test may, by number: it has not been waited for.
    process.kill(child.pid, 'SIGKILL')
    await child.wait()
    throw error
  }
  if ((await child.wait()).signal !== 'SIGKILL') throw new Error('wrong status')
  if (await child.kill()) throw new Error('wrong: sent to nobody')
  await spawn('/no/such/program').then(
    () => Promise.reject(new Error('wrong: started')),
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    },
  )
}

async function host(when: string, library: string): Promise<void> {
  if (when === 'warm') {
    await useAll()
    await settled()
  }
  // Node opens these once in any case.
  await new Promise((resolve) => setTimeout(resolve, 0))
  const fds = openFds().length
  load(library)
  const outcome: Outcome = { works: 0, errors: [], left: 0, fds: 0 }
  for (let i = 0; i < 3; i++) {
    try {
      await within(5_000, 'everything', useAll())
      outcome.works++
    } catch (error) {
      outcome.errors.push(String((error as NodeJS.ErrnoException).code ?? error))
    }
  }
  await settled().catch(() => undefined)
  outcome.left = childrenOf().length
  outcome.fds = when === 'warm' ? openFds().length - fds : 0
  process.stdout.write(JSON.stringify(outcome), () => process.exit(0))
}

const [, , first, second = ''] = process.argv
if (first === 'warm' || first === 'cold') void host(first, second)
else {
  longTest(async ({ count, expect }) => {
    const library = compileLibrary('refuse')
    const figures = { refusals: 0, worked: 0, documentedErrors: 0 }
    const cases = Object.entries(refusals).flatMap(([name, refusal]) =>
      ['warm', 'cold'].map((when) => Object.assign({ name: `${name}, ${when}`, when }, refusal)),
    )
    const run = async ({ name, when, refuse, errors = [], late = [] }: (typeof cases)[number]): Promise<void> => {
      const child = nodeSpawn(process.execPath, [__filename, when, library], {
        env: { ...process.env, REFUSE: refuse },
        stdio: ['ignore', 'pipe', 'inherit'],
        timeout: 60_000 * slowness,
        killSignal: 'SIGKILL',
      })
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more))
      const [code, signal] = await new Promise<unknown[]>((resolve) => {
        child.once('close', (...ended) => resolve(ended))
      })
      figures.refusals++
      if (code !== 0) return expect(false, `${name}: ended with ${String(code ?? signal)}`)
      const outcome = JSON.parse(text) as Outcome
      figures.worked += outcome.works
      figures.documentedErrors += outcome.errors.length
      expect(outcome.left === 0, `${name}: ${outcome.left} children are left`)
      expect(outcome.fds <= 0 || outcome.errors.length === 0, `${name}: ${outcome.fds} fds are left`)
      const undocumented = outcome.errors.find(
        (error) => !errors.includes(error) && !(when === 'warm' && late.includes(error)),
      )
      expect(undocumented === undefined, `${name}: ${undocumented}`)
    }
    for (let round = 0; round < count; round++) for (const each of cases) await run(each)
    return figures
  })
}
