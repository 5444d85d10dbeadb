import { parentPort } from 'node:worker_threads'
import { spawn, type SharedChild } from 'shared-child'

/** Starts children that run until their stdin ends, and holds streams on all their pipes. */
async function main(): Promise<void> {
  const children: SharedChild[] = []
  for (let i = 0; i < 5; i++) {
    const child = await spawn('cat', { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })
    for (const stream of child.stdio) stream?.on('error', () => undefined)
    child.stdin?.write('text')
    child.stdout?.resume()
    children.push(child)
  }
  parentPort?.postMessage(children.length)
  await Promise.all(children.map((child) => child.wait()))
}

void main()
