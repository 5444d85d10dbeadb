/**
 * Does what process supervisors, build tools and language-server hosts do all day, with real programs, all at once: it
 * controls a server with everything that the server starts, polls it until it answers, streams through a pipeline, runs a
 * program for its output, and shares one child among threads. Run it with `npm start`, and copy what you need.
 */
import { resolve } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { spawn, type ExitStatus, type SharedChild } from 'shared-child'
import { printTable } from './table.js'

const ROOT = resolve(__dirname, '../..')

/** A row of the table: how one child ended, and who waited for it. */
interface Ended {
  program: string
  child: SharedChild
  status: ExitStatus
  waited: string
}

/**
 * Waits until a server answers. One that has exited never will, so the loop waits for the exit, too. The server starts a helper, as
 * development servers do; with `group`, the helper is in our hands as well, and both would also end with this process.
 */
async function superviseServer(): Promise<Ended[]> {
  const source = `
    require('node:child_process').spawn('sleep', ['1000'], { stdio: 'ignore' })
    const server = require('node:http').createServer((request, response) => {
      console.log(request.url)
      response.end('ready')
    })
    server.listen(0, '127.0.0.1', () => console.log(server.address().port))`
  await using child = await spawn(process.execPath, ['-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
    group: true,
    killOnParentExit: true,
  })
  const port = await firstLine(child)
  let answer: string | undefined
  while (answer === undefined && child.tryWaitSync() === null) {
    answer = await fetch(`http://127.0.0.1:${port}`).then(
      (response) => response.text(),
      () => undefined, // not listening yet
    )
  }
  // Both get SIGTERM, and what is left after a second gets SIGKILL. It resolves when no process of the group is left.
  const status = await child.terminate({ grace: 1000 })
  const left = (await child.killGroup(0)) ? 'its helper lives on' : 'its helper ended with it'
  return [{ program: 'node (http server)', child, status, waited: `main; it answered "${answer}", ${left}` }]
}

/**
 * Runs three programs in a row: the sources of this project are packed, compressed and listed again. The stdout of one is the stdin
 * of the next, through kernel pipes: no byte passes through JavaScript.
 */
async function packSources(): Promise<Ended[]> {
  const stdio = (stdin: 'ignore' | Readable | null) => [stdin, 'pipe', 'inherit'] as const
  const tar = await spawn('tar', ['-cf', '-', 'src', 'lib', 'package.json'], { cwd: ROOT, stdio: stdio('ignore') })
  const gzip = await spawn('gzip', ['-c'], { stdio: stdio(tar.stdout) })
  const list = await spawn('tar', ['-tzf', '-'], { stdio: stdio(gzip.stdout) })
  const listing = await list.output()
  const entries = listing.stdout.trim().split('\n').length
  return [
    { program: 'tar -c', child: tar, status: await tar.wait(), waited: 'main' },
    { program: 'gzip', child: gzip, status: await gzip.wait(), waited: 'main' },
    { program: 'tar -t', child: list, status: listing.status, waited: `main; ${entries} entries came through` },
  ]
}

/** Runs a program for its output. */
async function readHistory(): Promise<Ended[]> {
  const child = await spawn('git', ['log', '--oneline'], { cwd: ROOT })
  const { status, stdout, stderr } = await child.output()
  const commits = stdout.split('\n').filter(Boolean).length
  return [{ program: 'git log', child, status, waited: status.success ? `main; ${commits} commits` : stderr.trim() }]
}

/** Shares one child: four worker threads wait for it, and the main thread kills it meanwhile. */
async function shareWithWorkers(): Promise<Ended[]> {
  const child = await spawn('sleep', ['1000'], { stdio: 'ignore' })
  const token = child.share()
  const workers = Array.from({ length: 4 }, () => new Worker(resolve(__dirname, 'waiter.js'), { workerData: token }))
  await Promise.all(workers.map(nextMessage)) // each worker has said that it is waiting
  const statuses = Promise.all(workers.map(nextMessage))
  await child.kill()
  const told = (await statuses).filter((status) => (status as ExitStatus).signal === 'SIGKILL').length
  return [{ program: 'sleep 1000', child, status: await child.wait(), waited: `main and ${told} workers` }]
}

/** Further output of the program is read and discarded. */
async function firstLine(child: SharedChild): Promise<string | undefined> {
  for await (const line of child.lines()) return line
  return undefined
}

function nextMessage(worker: Worker): Promise<unknown> {
  return new Promise((settle, fail) => worker.once('message', settle).once('error', fail))
}

/** A program that cannot be started gets a row in the table, too; the others go on. */
async function timed(job: () => Promise<Ended[]>): Promise<string[][]> {
  const start = performance.now()
  try {
    const ended = await job()
    const time = `${(performance.now() - start).toFixed(0)} ms`
    return ended.map(({ program, child, status, waited }) => [program, `${child.pid}`, describe(status), waited, time])
  } catch (error) {
    process.exitCode = 1
    return [[job.name, '-', String(error), '-', '-']]
  }
}

function describe(status: ExitStatus): string {
  const how = status.signal ?? `code ${status.code}`
  return status.cause === null ? how : `${how} (${status.cause})`
}

async function main(): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const rows = await Promise.all([superviseServer, packSources, readHistory, shareWithWorkers].map(timed))
  delay.disable()
  printTable(['program', 'pid', 'how it ended', 'who waited', 'time'], rows.flat())
  console.log(`\nworst event-loop delay: ${(delay.max / 1e6).toFixed(1)} ms`)
}

void main()
