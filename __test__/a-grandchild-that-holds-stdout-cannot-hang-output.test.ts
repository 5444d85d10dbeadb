import test, { type ExecutionContext } from 'ava'
import { spawn, type SharedChild } from 'shared-child'
import { leavesNothing } from './support/leaks.js'
import { scriptPath } from './support/scripts.js'
import { notLinux, testUnless } from './support/skip.js'
import { within } from './support/within.js'

/** Starts a child that exits with code 3 at the end of its stdin, and leaves a process behind that holds its other pipes. */
const leaving = (command: string): Promise<SharedChild> =>
  spawn(process.execPath, [scriptPath('leave-a-grandchild'), command])

/** Does the same; the child prints the pid of that process. */
const withGrandchild = (): Promise<SharedChild> => leaving('exec sleep 1000')

function killGrandchild(t: ExecutionContext, stdout: string): void {
  const pid = Number(stdout)
  t.true(pid > 1, stdout)
  // The process is a running `sleep 1000`, so the pid is still its own.
  process.kill(pid, 'SIGKILL')
}

for (const drainTimeout of [0, 500, undefined]) {
  test.serial(`drainTimeout ${drainTimeout ?? 'left out'}: it resolves with what is there`, async (t) => {
    const child = await withGrandchild()
    // output() ends its stdin, so it has not exited before this.
    const begin = performance.now()
    const collecting = child.output(drainTimeout === undefined ? {} : { drainTimeout })
    const { stdout, stderr, status, drained } = await within(10_000, 'output()', collecting)
    const took = performance.now() - begin
    killGrandchild(t, stdout)
    t.deepEqual({ stderr, code: status.code, drained }, { stderr: 'err\n', code: 3, drained: false })
    t.true(took >= (drainTimeout ?? 1000), `after ${took} ms`)
  })
}

test.serial('after the exit as well', async (t) => {
  const child = await withGrandchild()
  child.stdin?.end()
  await child.wait()
  const { stdout, drained } = await within(10_000, 'output()', child.output({ drainTimeout: 50 }))
  killGrandchild(t, stdout)
  t.false(drained)
})

test.serial('drainTimeout: Infinity waits for the grandchild', async (t) => {
  const child = await leaving('sleep 1.5; echo late')
  const { stdout, drained } = await within(20_000, 'output()', child.output({ drainTimeout: Infinity }))
  t.deepEqual({ late: stdout.split('\n')[1], drained }, { late: 'late', drained: true })
})

test.serial('a grandchild that writes a little later is drained', async (t) => {
  const child = await leaving('sleep 0.2; echo late')
  const { stdout, drained } = await within(20_000, 'output()', child.output({ drainTimeout: 15_000 }))
  t.deepEqual({ late: stdout.split('\n')[1], drained }, { late: 'late', drained: true })
})

test.serial('wait() does not wait for it at all', async (t) => {
  const child = await withGrandchild()
  child.stdin?.end()
  t.is((await within(5_000, 'wait()', child.wait())).code, 3)
  const { stdout } = await child.output({ drainTimeout: 0 })
  killGrandchild(t, stdout)
})

testUnless(notLinux, 'and no fd is left', async (t) => {
  await leavesNothing(t, async () => {
    const { stdout } = await (await withGrandchild()).output({ drainTimeout: 0 })
    killGrandchild(t, stdout)
  })
})
