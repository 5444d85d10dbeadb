// A host like Electron: a copy of node.exe that refuses external buffers, as V8's memory cage does.
import { readFileSync, writeFileSync } from 'node:fs'

/** The functions of Node-API that fail there, and `mov eax, 22; ret`: napi_no_external_buffers_allowed. */
const refused = ['napi_create_external_buffer', 'napi_create_external_arraybuffer']
const refusal = Buffer.from('b816000000c3', 'hex')

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
 * @param {string} from a node.exe
 * @param {string} to
 */
export function refuseExternalBuffers(from, to) {
  const file = readFileSync(from)
  const found = exportsOf(file)
  for (const name of refused) {
    const offset = found.get(name)
    if (offset === undefined) throw new Error(`${from} does not export ${name}`)
    refusal.copy(file, offset)
  }
  writeFileSync(to, file)
}
