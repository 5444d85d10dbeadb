// How the models in tests/loom.rs are run.
import { join } from 'node:path'
import { cargoTarget } from './project.mjs'

/** Optimised, since loom runs a model some hundred thousand times, but without the release build's long link. */
export const loomTest = {
  args: ['test', '--locked', '--release', '--no-default-features', '--test', 'loom'],
  env: {
    RUSTFLAGS: '--cfg loom',
    CARGO_TARGET_DIR: join(cargoTarget, 'loom'),
    CARGO_PROFILE_RELEASE_LTO: 'off',
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
    CARGO_PROFILE_RELEASE_STRIP: 'none',
    CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS: 'true',
  },
}
