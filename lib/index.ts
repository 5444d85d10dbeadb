/// <reference types="node" preserve="true" />
// Table of contents: everything 'shared-child' exports.
import { SharedChild } from './shared-child.js'

export { CommandError } from './command-error.js'
export { run } from './run.js'
export { SharedChild }
/** Same as {@link SharedChild.spawn}. */
// oxlint-disable-next-line typescript/unbound-method -- the static methods have no `this`
export const spawn: typeof SharedChild.spawn = SharedChild.spawn
export type { PipedChild } from './shared-child.js'
export type {
  ChildToken,
  Containment,
  ExitStatus,
  LinesOptions,
  Output,
  OutputInput,
  OutputOptions,
  PipedOptions,
  Signal,
  SignalName,
  SpawnOptions,
  Stdio,
  TerminateOptions,
  WaitGroupOptions,
  WaitOptions,
} from './types.js'
