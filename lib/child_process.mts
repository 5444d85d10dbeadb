// The ESM entry: the same objects as the CommonJS one.
import * as all from './child_process.js'

export {
  ChildProcess,
  _forkChild,
  exec,
  execFile,
  execFileSync,
  execSync,
  fork,
  sharedChild,
  spawn,
  spawnSync,
} from './child_process.js'
export type * from './child_process.js'
export default all
