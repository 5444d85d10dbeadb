import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'

/** What a peer is asked to do, with the names of child_process. */
export interface RunOptions {
  readonly stdio?: 'ignore' | 'pipe' | readonly ('ignore' | 'pipe' | number)[]
  readonly cwd?: string
  readonly env?: Record<string, string>
  readonly detached?: boolean
  readonly uid?: number
  readonly gid?: number
  /** Options of this package alone. */
  readonly group?: boolean
  readonly killOnParentExit?: boolean
}

/** A running child. Thousands are held at once and their memory is measured, so this is just the peer's own handle, without closures. */
export interface Running {
  readonly exited: Promise<unknown>
  kill(): unknown
  /** Sends a signal at once; not every peer can do this. */
  send?(signal: NodeJS.Signals): unknown
  /** Returns the status at once if the child has exited; not every peer can do this. */
  poll?(): unknown
}

/** A child with pipes. */
export interface Piped {
  /** Calls the callback for every chunk of stdout; resolves at the end of the file. */
  read(onChunk: (chunk: Uint8Array) => void): Promise<unknown>
  /** Resolves when the next chunk may be written. */
  write(chunk: Uint8Array): Promise<unknown> | undefined
  end(): void
  readonly exited: Promise<unknown>
}

/** A way to start processes: this package, or a peer with which it is compared. */
export interface Peer {
  readonly version: string
  /** Starts a program; resolves when it has exited. The time until it returns is what a spawn costs its caller. */
  run(file: string, args: readonly string[], options: RunOptions): Promise<unknown>
  /** Starts a program; resolves when it runs. */
  start(file: string, args: readonly string[], options: RunOptions): Promise<Running>
  /** Starts a program with pipes to its stdin and from its stdout. */
  pipe(file: string, args: readonly string[]): Promise<Piped>
  /** Runs a program for its output; resolves with the number of bytes. */
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
