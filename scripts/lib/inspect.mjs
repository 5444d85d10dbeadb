// Inspects an addon that cannot be run here, and checks what must hold for it.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { floors } from './addon.mjs'
import { runWithLief } from './python.mjs'

/** @typedef {import('./targets.mjs').Target} Target */

/**
 * @typedef {object} Facts as inspect.py finds them
 * @property {string} machine
 * @property {string[]} exports
 * @property {string[]} libraries
 * @property {string | null} floor
 * @property {string | null} [signature]
 * @property {number} size in bytes
 */

/** The only symbols that a Node addon has to export. Any other symbol of an ELF library might replace one of another library. */
const register = 'napi_register_module_v1'

/** The largest size that a platform package may have, unpacked. */
const sizeLimit = 800_000

const machines = { x86_64: 'X86_64', aarch64: 'ARM64', armv7: 'ARM' }

/** The libraries that every machine with a system has. */
const libraries = {
  linux: /^(?:libc\.so(?:\.6)?|(?:libpthread|librt)\.so\.[01]|libdl\.so\.2|libm\.so\.6|ld-linux[\w-]*\.so\.\d)$/,
  darwin: /^\/usr\/lib\/lib(?:System\.B|iconv\.2|charset\.1)\.dylib$/,
  win32:
    /^(?:kernel32|ntdll|advapi32|dbghelp|psapi|msvcrt|user32|userenv|ws2_32|bcryptprimitives|api-ms-win-[\w-]+)\.dll$/i,
  freebsd:
    /^lib(?:c\.so\.7|thr\.so\.3|m\.so\.5|rt\.so\.1|util\.so\.\d+|execinfo\.so\.1|kvm\.so\.7|memstat\.so\.3|procstat\.so\.1|devstat\.so\.7)$/,
}

/** @type {Record<string, string>} */
const wantedFloors = { glibc: floors.glibc, macOS: floors.macos }

/**
 * @param {readonly Target[]} targets that have been built
 * @returns {Promise<Map<Target, Facts>>}
 */
export async function inspect(targets) {
  const files = targets.map(({ file }) => file)
  const found = JSON.parse(await runWithLief(join('lib', 'inspect.py'), files))
  return new Map(targets.map((target) => [target, { ...found[target.file], size: statSync(target.file).size }]))
}

/**
 * @param {string} version
 * @param {string} limit
 */
const isLater = (version, limit) => version.localeCompare(limit, 'en', { numeric: true }) > 0

/**
 * Returns what is wrong with an addon.
 * @param {Target} target
 * @param {Facts} facts
 * @returns {string[]}
 */
export function defects({ built, platform, abi }, { machine, exports, libraries: needed, floor, signature }) {
  const wanted = machines[/** @type {keyof typeof machines} */ (built.split('-')[0])]
  // For macOS and Windows, zig's linker exports some symbols of the run-time library; there a symbol belongs to its library.
  const lenient = platform !== process.platform && (platform === 'darwin' || platform === 'win32')
  const foreign = lenient ? [] : exports.filter((name) => name !== register)
  const strangers = needed.filter((name) => !libraries[/** @type {keyof typeof libraries} */ (platform)].test(name))
  const [system = '', version = ''] = floor?.split(' ') ?? []
  const limit = wantedFloors[system]
  return [
    machine === wanted ? '' : `made for ${machine}`,
    exports.includes(register) ? '' : `does not export ${register}`,
    foreign.length > 0 ? `exports ${foreign.length} more: ${foreign.slice(0, 3).join(', ')}` : '',
    strangers.length > 0 ? `needs ${strangers.join(', ')}` : '',
    limit !== undefined && isLater(version, limit) ? `needs ${floor}` : '',
    abi.includes('gnu') && platform === 'linux' && floor === null ? 'names no version of glibc' : '',
    platform === 'darwin' && floor === null ? 'names no version of macOS' : '',
    // Macs with Apple's processors load only signed files; an ad-hoc signature is enough.
    abi === 'darwin-arm64' && signature !== 'ad hoc' ? 'has no ad-hoc signature' : '',
  ].filter((defect) => defect !== '')
}

/**
 * An addon that only stands in for another one here is not published, and contains a C run-time library.
 * @param {Target} target
 * @param {Facts} facts
 */
export const isTooLarge = ({ triple, built }, { size }) => built === triple && size > sizeLimit
