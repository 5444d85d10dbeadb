import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'

/** What a peer is asked to do, in the words of child_process. */
export interface RunOptions {
  readonly stdio?: 'ignore' | 'pipe' | readonly ('ignore' | 'pipe' | number)[]
  readonly cwd?: string
  readonly env?: Record<string, string>
  readonly detached?: boolean
  readonly uid?: number
  readonly gid?: number
  /** The package's own. */
  readonly group?: boolean
  readonly killOnParentExit?: boolean
}

/** A child that runs. Thousands of them are held at once, and weighed: no closures, just the peer's own handle. */
export interface Running {
  readonly exited: Promise<unknown>
  kill(): unknown
  /** Sends a signal at once; not every peer can. */
  send?(signal: NodeJS.Signals): unknown
  /** The status if it has exited, at once; not every peer can tell. */
  poll?(): unknown
}

/** A child with pipes. */
export interface Piped {
  /** Calls back for every chunk of its stdout; resolves at the end of the file. */
  read(onChunk: (chunk: Uint8Array) => void): Promise<unknown>
  /** Resolves when the next chunk may be written. */
  write(chunk: Uint8Array): Promise<unknown> | undefined
  end(): void
  readonly exited: Promise<unknown>
}

/** A way to start processes: the package, or something that it is compared with. */
export interface Peer {
  readonly version: string
  /** Starts a program; resolves when it has exited. What it does before it returns is what a spawn costs its caller. */
  run(file: string, args: readonly string[], options: RunOptions): Promise<unknown>
  /** Starts a program; resolves when it runs. */
  start(file: string, args: readonly string[], options: RunOptions): Promise<Running>
  /** Starts a program with pipes to its stdin and from its stdout. */
  pipe(file: string, args: readonly string[]): Promise<Piped>
  /** Runs a program for what it prints; resolves with the number of bytes. */
  output(file: string, args: readonly string[]): Promise<number>
}

/** A child with Node's streams. */
export function pipedByStreams(stdin: Writable, stdout: Readable, exited: Promise<unknown>): Piped {
  return {
    read(onChunk) {
      stdout.on('data', onChunk)
      return once(stdout, 'end')
    },
    write: (chunk) => (stdin.write(chunk) ? undefined : once(stdin, 'drain')),
    end: () => void stdin.end(),
    exited,
  }
}
