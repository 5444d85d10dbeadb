// The program that instructions.ts measures: it does the same work again and again.
//   node build/bench/counted.js calls WHAT FROM TO   the work from the FROMth time to the TOth stands between two calls of getrusage
//   node --expose-gc build/bench/counted.js heap FEW MANY   prints the bytes of JavaScript's heap that one more live child takes
import { readdirSync } from 'node:fs'
import { spawn } from 'shared-child'
import { footprint, gather, disperse } from './measures/crowd.js'
import { peer } from './peers/shared-child.js'
import { CHILD } from './places.js'

const start = (): ReturnType<typeof spawn> => spawn(CHILD, ['pause'], { stdio: 'ignore' })

const works = {
  async spawn(): Promise<() => Promise<unknown>> {
    return async () => (await spawn(CHILD, [], { stdio: 'ignore' })).wait()
  },
  async tryWaitSync(): Promise<() => unknown> {
    const child = await start()
    return () => child.tryWaitSync()
  },
  async sendSignalSync(): Promise<() => unknown> {
    const child = await start()
    return () => child.sendSignalSync('SIGURG')
  },
}

async function calls(what: keyof typeof works, from: number, to: number): Promise<void> {
  const work = await works[what]()
  for (let i = 1; i <= to; i++) {
    await work()
    if (i === from || i === to) process.resourceUsage()
  }
  console.log(JSON.stringify(readdirSync('/proc/self/task')))
  process.exit()
}

async function heap(few: number, many: number): Promise<void> {
  // Growth of the heap that happens only once does not belong to a child.
  await gather(peer, { count: few })
  const before = (await footprint()).heap
  await gather(peer, { count: many })
  console.log(((await footprint()).heap - before) / (many - few))
  await disperse()
}

const [kind, ...args] = process.argv.slice(2)
if (kind === 'heap') void heap(Number(args[0]), Number(args[1]))
else void calls(args[0] as keyof typeof works, Number(args[1]), Number(args[2]))
