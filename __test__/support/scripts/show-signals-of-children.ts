import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { SharedChild, spawn } from 'shared-child'

interface Masks {
  blocked: string
  ignored: string
  caught: string
}

/** `cat` installs no handler of its own, so its masks are those it was started with. */
async function masks(child: SharedChild): Promise<Masks> {
  const { stdout } = await child.output()
  const field = (name: string): string => new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(stdout)?.[1] ?? ''
  return { blocked: field('SigBlk'), ignored: field('SigIgn'), caught: field('SigCgt') }
}

async function both(): Promise<{ async: Masks; sync: Masks }> {
  return {
    async: await masks(await spawn('cat', ['/proc/self/status'])),
    sync: await masks(SharedChild.spawnSync('cat', ['/proc/self/status'])),
  }
}

async function main(): Promise<void> {
  if (!isMainThread) {
    parentPort?.postMessage(await both())
    return
  }
  process.on('SIGUSR2', () => undefined)
  process.on('SIGWINCH', () => undefined)
  const here = await both()
  const [worker] = (await once(new Worker(__filename), 'message')) as [typeof here]
  const seen = {
    spawn: here.async,
    spawnSync: here.sync,
    'spawn from a worker': worker.async,
    'spawnSync from a worker': worker.sync,
  }
  process.stdout.write(JSON.stringify(seen))
}

void main()
