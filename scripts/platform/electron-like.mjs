// A host like Electron: a copy of Node, for Windows or Linux, that refuses external buffers, as V8's memory cage does.
import { readFileSync, writeFileSync } from 'node:fs'
import { isArm64, isElf, symbolsOf } from './elf.mjs'

/** The functions of Node-API that fail there. */
const refused = ['napi_create_external_buffer', 'napi_create_external_arraybuffer']

/** `return napi_no_external_buffers_allowed`: mov eax, 22; ret, or mov w0, #22; ret. */
const refusals = { x64: Buffer.from('b816000000c3', 'hex'), arm64: Buffer.from('c0028052c0035fd6', 'hex') }

/**
 * Microsoft's "PE Format" names the fields.
 * @param {Buffer} file
 * @returns {Map<string, number>} where in the file each exported function is
 */
function exportsOf(file) {
  const header = file.readUInt32LE(0x3c)
  const optional = header + 24
  const sections = optional + file.readUInt16LE(header + 20)
  const toOffset = (/** @type {number} */ address) => {
    for (let i = 0; i < file.readUInt16LE(header + 6); i++) {
      const section = sections + 40 * i
      const [start, size, raw] = [12, 16, 20].map((field) => file.readUInt32LE(section + field))
      if (address >= start && address < start + size) return address - start + raw
    }
    throw new Error(`no section holds ${address}`)
  }
  const directory = toOffset(file.readUInt32LE(optional + 112))
  const count = file.readUInt32LE(directory + 24)
  const [functions, names, ordinals] = [28, 32, 36].map((field) => toOffset(file.readUInt32LE(directory + field)))
  /** @type {Map<string, number>} */
  const found = new Map()
  for (let i = 0; i < count; i++) {
    const at = toOffset(file.readUInt32LE(names + 4 * i))
    const name = file.toString('latin1', at, file.indexOf(0, at))
    const ordinal = file.readUInt16LE(ordinals + 2 * i)
    if (refused.includes(name)) found.set(name, toOffset(file.readUInt32LE(functions + 4 * ordinal)))
  }
  return found
}

/**
 * @param {string} from a Node
 * @param {string} to
 */
export function refuseExternalBuffers(from, to) {
  const file = readFileSync(from)
  const found = isElf(file) ? symbolsOf(file) : exportsOf(file)
  const refusal = isElf(file) && isArm64(file) ? refusals.arm64 : refusals.x64
  for (const name of refused) {
    const offset = found.get(name)
    if (offset === undefined) throw new Error(`${from} does not export ${name}`)
    refusal.copy(file, offset)
  }
  writeFileSync(to, file, { mode: 0o755 })
}
