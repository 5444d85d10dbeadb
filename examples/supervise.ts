/**
 * What process supervisors, build tools and language-server hosts do all day, on real programs, all at
 * once: own a server with all that it starts, and poll it until it answers, stream through a pipeline, run a program for its output, and share
 * one child among threads. Run it with `npm start`; copy from it what you need.
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
 * A server is ready when it answers. One that has died never will, so the loop asks after it, too. It starts a helper, as
 * development servers do; with `group` the helper is ours as well, and both would also end with this process.
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
  // SIGTERM to both; SIGKILL to whoever is there after a second. It resolves when nothing of the group is left.
  const status = await child.terminate({ grace: 1000 })
  const left = (await child.killGroup(0)) ? 'its helper lives on' : 'its helper ended with it'
  return [{ program: 'node (http server)', child, status, waited: `main; it answered "${answer}", ${left}` }]
}

/**
 * Three programs in a row: the sources of this project packed, compressed, and listed again. The stdout of one is the stdin
 * of the next: pipes of the kernel, of which no byte comes through JavaScript.
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

/** A program that is run for what it prints. */
async function readHistory(): Promise<Ended[]> {
  const child = await spawn('git', ['log', '--oneline'], { cwd: ROOT })
  const { status, stdout, stderr } = await child.output()
  const commits = stdout.split('\n').filter(Boolean).length
  return [{ program: 'git log', child, status, waited: status.success ? `main; ${commits} commits` : stderr.trim() }]
}

/** One child, four worker threads that wait for it, and a main thread that kills it meanwhile. */
async function shareWithWorkers(): Promise<Ended[]> {
  const child = await spawn('sleep', ['1000'], { stdio: 'ignore' })
  const token = child.share()
  const workers = Array.from({ length: 4 }, () => new Worker(resolve(__dirname, 'waiter.js'), { workerData: token }))
  await Promise.all(workers.map(nextMessage)) // each says that it is waiting
  const statuses = Promise.all(workers.map(nextMessage))
  await child.kill()
  const told = (await statuses).filter((status) => (status as ExitStatus).signal === 'SIGKILL').length
  return [{ program: 'sleep 1000', child, status: await child.wait(), waited: `main and ${told} workers` }]
}

/** What the program goes on to write is read and thrown away. */
async function firstLine(child: SharedChild): Promise<string | undefined> {
  for await (const line of child.lines()) return line
  return undefined
}

function nextMessage(worker: Worker): Promise<unknown> {
  return new Promise((settle, fail) => worker.once('message', settle).once('error', fail))
}

/** A program that cannot be started is news for the table as well, not the end of the show. */
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
