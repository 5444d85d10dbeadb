// What is where in an executable of Linux; elf(5) names the fields.

/** @param {Buffer} file */
export const isElf = (file) => file.toString('latin1', 0, 4) === '\x7fELF'

/** @param {Buffer} file */
export const isArm64 = (file) => file.readUInt16LE(18) === 183

/**
 * @param {Buffer} file of 64 bits
 * @returns {Map<string, number>} where in the file each dynamic symbol is
 */
export function symbolsOf(file) {
  const u64 = (/** @type {number} */ at) => Number(file.readBigUInt64LE(at))
  const table = (/** @type {number} */ start, /** @type {number} */ size, /** @type {number} */ count) =>
    Array.from({ length: count }, (_, i) => start + i * size)
  const segments = table(u64(32), file.readUInt16LE(54), file.readUInt16LE(56))
    .filter((at) => file.readUInt32LE(at) === 1)
    .map((at) => ({ offset: u64(at + 8), address: u64(at + 16), size: u64(at + 32) }))
  const sections = table(u64(40), file.readUInt16LE(58), file.readUInt16LE(60))
  const dynsym = sections.find((at) => file.readUInt32LE(at + 4) === 11)
  if (dynsym === undefined) throw new Error('no dynamic symbols')
  const names = u64(sections[file.readUInt32LE(dynsym + 40)] + 24)

  /** @type {Map<string, number>} */
  const found = new Map()
  for (const symbol of table(u64(dynsym + 24), 24, u64(dynsym + 32) / 24)) {
    const at = names + file.readUInt32LE(symbol)
    const address = u64(symbol + 8)
    const segment = segments.find((one) => address >= one.address && address < one.address + one.size)
    if (segment !== undefined) {
      found.set(file.toString('latin1', at, file.indexOf(0, at)), address - segment.address + segment.offset)
    }
  }
  return found
}
