import { report, runScript } from './support/scripts.js'
import { notLinux, testUnless } from './support/skip.js'

interface Row {
  free: number
  /** Null if the program ran. */
  failed: { code: string; errno: number; syscall: string; path: string; spawnargs: string[] } | null
  fdsLeft: number
  children: number
}

for (const [when, way] of [
  ['warm', 'spawn'],
  ['cold', 'spawn'],
  ['warm', 'spawnSync'],
  ['cold', 'spawnSync'],
] as const) {
  testUnless(
    notLinux,
    `${way}, ${when}: with any number of free fds it runs or rejects, and leaves none open`,
    async (t) => {
      const wrapper = ['sh', '-c', 'ulimit -n 100; exec "$@"', 'sh']
      const { rows, fdsBefore, fdsAfter, worksAgain } = await report<{
        rows: Row[]
        fdsBefore: number
        fdsAfter: number
        worksAgain: boolean
      }>(t, runScript(t, 'spawn-with-few-fds', [when, way], { wrapper }))

      const failed = rows.flatMap((row) => row.failed ?? [])
      t.true(failed.length > 0, 'there were too few fds')
      t.true(failed.length < rows.length, 'there were enough fds')
      for (const error of failed) {
        t.deepEqual(error, { code: 'EMFILE', errno: -24, syscall: 'spawn true', path: 'true', spawnargs: ['x'] })
      }
      for (const row of rows) {
        t.is(row.children, 0, `${row.free} free: no child, no zombie`)
        if (when === 'warm') t.is(row.fdsLeft, 0, `${row.free} free: no fd is kept`)
      }
      if (when === 'warm') t.is(fdsAfter, fdsBefore)
      t.true(worksAgain)
    },
  )
}
