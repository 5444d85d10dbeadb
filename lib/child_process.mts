/// <reference types="node" preserve="true" />
// The ESM entry: the same objects as the CommonJS one.
import * as all from './child_process.js'

export {
  ChildProcess,
  exec,
  execFile,
  execFileSync,
  execSync,
  fork,
  sharedChild,
  spawn,
  spawnSync,
} from './child_process.js'
/** @internal Node's child_process exports it, but its types do not. */
export { _forkChild } from './child_process.js'
export type * from './child_process.js'
export default all
