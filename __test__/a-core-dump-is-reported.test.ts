import fs from 'node:fs'
import { start } from './support/children.js'
import { temporaryDirectory } from './support/files.js'
import { nativeOf } from './support/native.js'
import { notLinux, testUnless } from './support/skip.js'

const pattern = notLinux ? '' : fs.readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim()
const elsewhere = notLinux || (/^[|/]/.test(pattern) && `cores go elsewhere: ${pattern}`)

testUnless(elsewhere, 'coreDumped says whether the kernel wrote one', async (t) => {
  const cwd = temporaryDirectory(t)
  const dying = async (limit: string, signal: string): Promise<boolean[]> => {
    const child = await start(t, 'sh', ['-c', `ulimit -c ${limit} && kill -${signal} $$`], { cwd })
    const status = await child.wait()
    t.is(String(status.signal), `SIG${signal}`)
    const written = fs.readdirSync(cwd)
    for (const file of written) fs.rmSync(`${cwd}/${file}`)
    return [status.coreDumped, (await nativeOf(child).wait()).coreDumped, written.length > 0]
  }
  t.deepEqual(await dying('unlimited', 'ABRT'), [true, true, true])
  t.deepEqual(await dying('unlimited', 'SEGV'), [true, true, true])
  t.deepEqual(await dying('0', 'ABRT'), [false, false, false])
  t.deepEqual(await dying('unlimited', 'TERM'), [false, false, false])
})
