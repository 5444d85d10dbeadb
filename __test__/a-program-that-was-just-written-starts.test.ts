import { temporaryDirectory } from './support/files.js'
import { report, runScript } from './support/scripts.js'
import { isWindows, testUnless } from './support/skip.js'

/** How many a worker writes: SHARED_CHILD_TEST_PROGRAMS=5000 makes 20,000. */
const COUNT = Number(process.env['SHARED_CHILD_TEST_PROGRAMS'] ?? 100)

testUnless(isWindows, 'in a storm of writers in four workers', async (t) => {
  const args = [temporaryDirectory(t), String(COUNT)]
  const ends = await report(t, runScript(t, 'write-and-start-programs', args, { limit: 600_000 }))
  t.deepEqual(
    ends,
    Array.from({ length: 4 }, () => ({ 7: COUNT })),
  )
})
