/// <reference types="node" preserve="true" />
// The ESM entry: the same objects as the CommonJS one, so that there is one SharedChild class however the package is
// loaded.
export { CommandError, run, SharedChild, spawn } from './index.js'
export type {
  ChildToken,
  Containment,
  ExitStatus,
  LinesOptions,
  Output,
  OutputInput,
  OutputOptions,
  PipedChild,
  PipedOptions,
  Signal,
  SignalName,
  SpawnOptions,
  Stdio,
  TerminateOptions,
  WaitGroupOptions,
  WaitOptions,
} from './index.js'
