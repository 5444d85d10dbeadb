// Loads the package again and again, each time into a realm of its own, as jest does for each test file, and prints how
// many of those are still in memory in the end. With --expose-gc.
import { rejects } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import vm from 'node:vm'
import type * as SharedChildPackage from 'shared-child'

const entry = require.resolve('shared-child')
const code = `(function (exports, require, module, __filename, __dirname) {${readFileSync(entry, 'utf8')}\n})`

function load(realm: vm.Context): typeof SharedChildPackage {
  const module = { exports: {} }
  const run = vm.runInContext(code, realm) as (...args: unknown[]) => void
  run(module.exports, createRequire(entry), module, entry, dirname(entry))
  return module.exports as typeof SharedChildPackage
}

const uses: Record<string, (shared: typeof SharedChildPackage) => Promise<unknown>> = {
  load: async () => {},
  'spawn and wait': async ({ spawn }) => (await spawn('true')).wait(),
  'spawn and output': async ({ spawn }) => (await spawn('echo', ['x'])).output(),
  spawnSync: async ({ SharedChild }) => SharedChild.spawnSync('true').waitSync(),
  'an exit that nobody waited for': async ({ spawn }) => {
    const child = await spawn('true')
    child.unref()
    while (child.tryWaitSync() === null) await setImmediate()
  },
  'attach and time out': async ({ spawn, SharedChild }) => {
    const child = await spawn('sleep', ['1000'])
    await SharedChild.attach(child.share()).waitTimeout(1)
    child.killSync()
    await child.wait()
  },
  'abort and fail': async ({ spawn }) => {
    const controller = new AbortController()
    const child = await spawn('sleep', ['1000'], { signal: controller.signal, timeout: 1e6 })
    controller.abort()
    await child.wait()
    await rejects(spawn('no-such-program-anywhere', { signal: new AbortController().signal }), { code: 'ENOENT' })
  },
}

/** Loads a module, and keeps only a WeakRef to it. */
async function use(way: string): Promise<WeakRef<object>> {
  const realm = vm.createContext({ ballast: Array.from({ length: 1000 }, (_, i) => `${way} ${i}`) })
  await uses[way]?.(load(realm))
  return new WeakRef(realm)
}

async function collect(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    await setImmediate()
    gc?.()
  }
}

/** Whether the exit of a child is still reported if only a module that was thrown away knows the child. */
async function lastWait(): Promise<string> {
  const told: string[] = []
  const pid = await (async () => {
    const child = await load(vm.createContext({})).spawn('sleep', ['1000'], { stdio: 'ignore' })
    child.unref()
    void child.wait().then(({ signal }) => told.push(String(signal)))
    return child.pid
  })()
  await collect()
  process.kill(pid)
  const end = Date.now() + 10_000
  while (told.length === 0 && Date.now() < end) await collect()
  return told.join()
}

async function main(): Promise<void> {
  const alive: Record<string, number> = {}
  for (const way of Object.keys(uses)) {
    const realms: WeakRef<object>[] = []
    for (let i = 0; i < 10; i++) realms.push(await use(way))
    const living = (): number => realms.filter((realm) => realm.deref() !== undefined).length
    // Code that the engine compiles in the background keeps its realm alive, for as long as that takes on a busy machine.
    const end = Date.now() + 20_000
    do await collect()
    while (living() > 1 && Date.now() < end)
    alive[way] = living()
  }
  console.log(JSON.stringify({ alive, lastWait: await lastWait() }))
}

void main()
