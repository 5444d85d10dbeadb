// Four workers and the main thread's spawner threads start children while signals flood the process, its credentials
// change, its memory is under pressure and child_process spawns beside them. Each child looks at what it was given.
//   node build/__test__/long/spawns-are-right-in-a-storm.js COUNT
import { spawn as nodeSpawn } from 'node:child_process'
import fs from 'node:fs'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { SharedChild, spawn } from 'shared-child'
import { childrenOf, openFds } from '../support/proc.js'
import { until } from '../support/within.js'
import { compileLibrary, compileProgram, load, scratch } from './support/compile.js'
import { longTest } from './support/long-test.js'

const WORKERS = 4
const AT_ONCE = 8
/** One in so many is started by child_process. */
const NODES_SHARE = 10

interface Work {
  witness: string
  count: number
}

interface Sum {
  started: number
  missing: number
  wrong: string[]
}

/** Every 16th program does not exist: it takes the same path through the engine, up to the exec. */
async function start({ witness, count }: Work, sync: boolean): Promise<Sum> {
  const sum: Sum = { started: 0, missing: 0, wrong: [] }
  let turn = 0
  const one = async (): Promise<void> => {
    while (turn < count) {
      const number = turn++
      const code = number % 100
      const lacks = number % 16 === 0
      const file = lacks ? '/no/such/program' : witness
      const stdio = number % 3 === 0 ? 'pipe' : 'ignore'
      try {
        const child = sync
          ? SharedChild.spawnSync(file, [`${code}`], { stdio })
          : await spawn(file, [`${code}`], { stdio })
        if (lacks) sum.wrong.push('a missing program was started')
        sum.started++
        const status = await child.wait()
        if (status.code !== code) sum.wrong.push(`expected code ${code}, got ${JSON.stringify(status)}`)
      } catch (error) {
        if (lacks && (error as NodeJS.ErrnoException).code === 'ENOENT') sum.missing++
        else sum.wrong.push(String(error))
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
  return sum
}

/** Starts a child with child_process; neither package may disturb the other. */
async function startByNode(witness: string, count: number): Promise<string[]> {
  const wrong: string[] = []
  for (let number = 0; number < count; number++) {
    const code = number % 100
    const child = nodeSpawn(witness, [`${code}`, '1024'], { stdio: 'ignore' })
    const ended = await new Promise((resolve) => {
      child.once('exit', resolve).once('error', resolve)
    })
    // 203: Node leaves SIGPIPE and the like as they are, which is not checked here.
    if (ended !== code && ended !== 203) wrong.push(`child_process: expected ${code}, got ${String(ended)}`)
  }
  return wrong
}

if (!isMainThread) {
  void start(workerData as Work, true).then((sum) => parentPort?.postMessage(sum, []))
} else {
  longTest(async ({ count, expect }) => {
    const witness = compileProgram('witness')
    const file = scratch('storm')
    // This creates what is created once, before the fds are counted.
    await start({ witness, count: 4 }, false)
    const ours = (): number => openFds().filter((entry) => /pipe|pidfd|null/.test(entry)).length
    const fds = ours()
    process.env['STORM_FILE'] = file
    load(compileLibrary('storm'))
    const counts = (): number[] => [...new BigUint64Array(new Uint8Array(fs.readFileSync(file)).buffer)].map(Number)
    await until('there is a storm', () => [0, 3, 4].every((kind) => counts()[kind]! > 0))

    const share = Math.ceil(count / (WORKERS + 1))
    const workers = Array.from(
      { length: WORKERS },
      () =>
        new Promise<Sum>((resolve, reject) => {
          new Worker(__filename, { workerData: { witness, count: share } satisfies Work })
            .once('message', resolve)
            .once('error', reject)
        }),
    )
    const nodes = startByNode(witness, Math.ceil(count / NODES_SHARE))
    const sums = await Promise.all([start({ witness, count: share }, false), ...workers])
    const wrong = [...sums.flatMap((sum) => sum.wrong), ...(await nodes)]
    for (const what of wrong) expect(false, what)

    const [inHost = 0, inChild = 0, sent = 0, credentials = 0, allocations = 0] = counts()
    expect(inChild === 0, `${inChild} handlers ran in a child`)
    await until('no child and no zombie is left', () => childrenOf().length === 0)
    // A pipe that a child of the fork engine held for an instant is closed an instant later.
    await until('their fds are closed', () => ours() <= fds).catch(() => undefined)
    expect(ours() <= fds, `fds: ${fds} before, ${ours()} after`)
    const started = sums.reduce((all, sum) => all + sum.started, 0)
    const missing = sums.reduce((all, sum) => all + sum.missing, 0)
    return {
      spawns: started + missing,
      missingPrograms: missing,
      byChildProcess: Math.ceil(count / NODES_SHARE),
      wrong: wrong.length,
      handlersInChild: inChild,
      handlersInHost: inHost,
      signals: sent,
      credentialChanges: credentials,
      allocations,
      fdsLeaked: Math.max(0, ours() - fds),
    }
  })
}
