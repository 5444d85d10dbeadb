// The runner's end of host.ts.
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Answer, Question } from './host.js'
import type { MeasureName, ParamsOf } from './measures/index.js'
import type { Samples } from './measures/samples.js'
import type { PeerName } from './peers/index.js'
import { inRoot } from './places.js'
import { runtimes, type RuntimeName } from './runtimes.js'
import { Unavailable } from './unavailable.js'

/** No measure takes nearly as long: a peer that does not answer is broken. */
const PATIENCE = 180_000

/** What npm adds to the environment is no one's usual environment, and copying it is part of what is measured. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))

export interface HostOptions {
  /** Gigabytes of memory that the process holds, beyond what it needs. */
  readonly ballast?: number
}

/** A process in which peers are measured. */
export class Host implements Disposable {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(runtime: RuntimeName, { ballast = 0 }: HostOptions = {}) {
    const { file, flags } = runtimes[runtime]
    this.#child = spawn(file, [...flags, inRoot('build', 'bench', 'host.js'), String(ballast)], {
      env: environment,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child.on('error', () => {}) // the end of its output tells
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
  }

  /** Measures, and returns the samples. The first call of a peer also loads it. */
  async ask<Name extends MeasureName>(measure: Name, peer: PeerName, ...params: ParamsOf<Name>): Promise<Samples> {
    return (await this.#ask({ measure, peer, params: params[0] })).samples
  }

  async version(peer: PeerName): Promise<string> {
    return (await this.#ask({ measure: 'stopWatching', peer, params: null })).version
  }

  async #ask(question: Question): Promise<{ samples: Samples; version: string }> {
    this.#child.stdin!.write(`${JSON.stringify(question)}\n`)
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE)
    const line = await this.#lines.next()
    clearTimeout(timer)
    if (line.done) throw new Error(`The host of ${question.peer} died, or did not answer in ${PATIENCE / 1000} s`)
    const answer = JSON.parse(line.value) as Answer
    if ('unavailable' in answer) throw new Unavailable(answer.unavailable)
    if ('error' in answer) throw new Error(answer.error)
    return answer
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL')
  }
}
