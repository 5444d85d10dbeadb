// The bench's side of host.ts, and the programs in C, which are started for each measurement.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Answer, MeasureName, ParamsOf, Question } from './host.js'
import { peers, type PeerName } from './peers/index.js'
import { inCache, inRoot } from './places.js'
import { Unavailable, type Samples } from './samples.js'

export const run = promisify(execFile)

/** No measure takes nearly as long as this: a peer that does not answer by then is broken. */
const PATIENCE = 600_000

/** Without the variables that npm adds: users do not have them, and copying the environment is part of what is measured. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))

/** A process in which a peer is measured. */
export class Host implements Disposable {
  readonly name: PeerName
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  /** `ballast`: gigabytes of memory that it holds, beyond what it needs. */
  constructor(name: PeerName, ballast = 0) {
    this.name = name
    const { runtime, flags } = peers[name]
    this.#child = spawn(runtime, [...flags, inRoot('build', 'bench', 'host.js'), name, String(ballast)], {
      env: environment,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child.on('error', () => {}) // shows as the end of its output
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
  }

  async ask<Name extends MeasureName>(measure: Name, ...[params]: ParamsOf<Name>): Promise<Samples> {
    const question: Question = { measure, params: params ?? null }
    this.#child.stdin!.write(`${JSON.stringify(question)}\n`)
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE)
    const line = await this.#lines.next()
    clearTimeout(timer)
    if (line.done) throw new Error(`The host of ${this.name} died, or did not answer in ${PATIENCE / 1000} s`)
    const answer = JSON.parse(line.value) as Answer
    if ('unavailable' in answer) throw new Unavailable(answer.unavailable)
    if ('error' in answer) throw new Error(answer.error)
    return answer.samples
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL')
  }
}

/** How to compile each program of programs/. The child is static, because its own start-up is not compared. */
const programs = {
  child: ['child.c', '-static'],
  floor: ['floor.c', '-static', '-pthread'],
  bounds: ['bounds.c', '-static', '-pthread'],
  'wake.node': ['wake.c', '-shared', '-fPIC', '-pthread'],
}

/** Compiles what has changed. */
export async function compilePrograms(): Promise<void> {
  mkdirSync(inCache('bin'), { recursive: true })
  const header = inRoot('bench', 'programs', 'measure.h')
  for (const [name, [file, ...flags]] of Object.entries(programs)) {
    const [source, target] = [inRoot('bench', 'programs', file!), inCache('bin', name)]
    const changed = Math.max(statSync(source).mtimeMs, statSync(header).mtimeMs)
    if (existsSync(target) && statSync(target).mtimeMs > changed) continue
    const args = ['-O2', '-Wall', source, '-o', target]
    await run('cc', [...args, ...flags]).catch(() =>
      run('cc', [...args, ...flags.filter((flag) => flag !== '-static')]),
    )
  }
}

/** The samples that a program prints. */
export async function samplesOf(file: string, ...args: (string | number)[]): Promise<Samples> {
  const { stdout } = await run(file, args.map(String), { maxBuffer: 64 * 1024 * 1024 })
  return JSON.parse(stdout) as Samples
}

export const floor = (...args: (string | number)[]): Promise<Samples> => samplesOf(inCache('bin', 'floor'), ...args)

export const bound = (...args: (string | number)[]): Promise<Samples> => samplesOf(inCache('bin', 'bounds'), ...args)

/** The time of `work`, which loads something, in its own process, because a module is loaded only once. */
export async function loadTime(work: string): Promise<Samples> {
  const script = `const start = performance.now(); ${work}; console.log(performance.now() - start)`
  const { stdout } = await run(process.execPath, ['-e', `void (async () => { ${script} })()`], { cwd: inRoot() })
  return { load: [Number(stdout)] }
}

/** The peers that come from the npm registry. Delete .cache/bench/peers to get newer ones. */
export async function installPeers(): Promise<void> {
  const folder = inCache('peers')
  mkdirSync(folder, { recursive: true })
  // Their install scripts are not run.
  const args = ['install', '--prefix', folder, '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund']
  await run('npm', [...args, 'execa@9', '@oven/bun-linux-x64@1'], { cwd: folder })
}

/** Which peers can take part. */
export const installedPeers = (): PeerName[] =>
  (Object.keys(peers) as PeerName[]).filter((name) => {
    const entry = peers[name]
    return !('needs' in entry) || existsSync(entry.needs)
  })

/** Returns what is measured, with its version. */
export async function versions(names: readonly PeerName[]): Promise<Record<string, string>> {
  const found: Record<string, string> = { Node: process.versions.node }
  for (const name of names) {
    using host = new Host(name)
    found[name] = Object.keys(await host.ask('version')).join()
  }
  const { stdout } = await run('cc', ['--version'])
  found['cc'] = stdout.split('\n', 1)[0]!
  return found
}
