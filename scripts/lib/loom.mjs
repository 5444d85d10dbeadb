// Says how to run the models in tests/loom.rs.
import { join } from 'node:path'
import { cargoTarget } from './project.mjs'

/** The build is optimised, because loom runs a model some hundred thousand times, but avoids the release build's long link. */
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
