// The ESM entry: the same objects as the CommonJS one, so that there is one SharedChild class however the package is
// loaded.
export { SharedChild, spawn } from './index.js'
export type {
  ChildToken,
  ExitStatus,
  Output,
  OutputOptions,
  Signal,
  SpawnOptions,
  Stdio,
  WaitOptions,
} from './index.js'
