import { once } from 'node:events'
import fs from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { reached } from '../ways.js'

type Module = Awaited<ReturnType<typeof reached>>

const fds = (): number => (fs.existsSync('/proc/self/fd') ? fs.readdirSync('/proc/self/fd').length : 0)

async function spawnInTurn({ spawn, spawnSync }: Module, count: number): Promise<void> {
  for (let done = 0; done < count; done += 10) {
    await Promise.all(Array.from({ length: 8 }, () => once(spawn('true'), 'close')))
    spawnSync('true', { input: 'x' })
    await once(spawn('no-such-program'), 'error')
    spawnSync('no-such-program', { input: 'x' })
    try {
      spawn('true', { stdio: ['pipe', 'pipe', 9999] })
    } catch {}
  }
  for (let i = 0; i < 5; i++) {
    await setImmediate()
    gc!()
  }
}

async function main(): Promise<void> {
  // Memory that is allocated once, and the code that V8 still compiles, do not belong to a child.
  const [how, name, count] = process.argv.slice(2)
  const module = await reached([how!, name!])
  await spawnInTurn(module, 500)
  const before = { heap: process.memoryUsage().heapUsed, fds: fds() }
  await spawnInTurn(module, Number(count))
  const heapGrownBy = process.memoryUsage().heapUsed - before.heap
  process.stdout.write(JSON.stringify({ heapGrownBy, fdsMore: fds() - before.fds }))
}

void main()
