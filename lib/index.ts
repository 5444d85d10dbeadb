// Table of contents: everything 'shared-child' exports.
import { SharedChild } from './shared-child.js'

export { SharedChild }
/** Same as {@link SharedChild.spawn}. */
// oxlint-disable-next-line typescript/unbound-method -- the static methods have no `this`
export const spawn: typeof SharedChild.spawn = SharedChild.spawn
export type {
  ChildToken,
  ExitStatus,
  Output,
  OutputOptions,
  Signal,
  SpawnOptions,
  Stdio,
  WaitOptions,
} from './types.js'
