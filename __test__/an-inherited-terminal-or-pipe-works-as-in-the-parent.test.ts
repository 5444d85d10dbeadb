import test from 'ava'
import { runScript } from './support/scripts.js'
import { within } from './support/within.js'

test.serial('a child can fill an inherited pipe that Node has made non-blocking', async (t) => {
  const host = runScript(t, 'inherit-after-touching-stdout')
  const { code, stdout, stderr } = await within(20_000, 'the end', host.ended)
  t.deepEqual(
    { code, stderr, length: stdout.length },
    { code: 0, stderr: '', length: 'x'.length + 3_000_000 + 'y'.length },
  )
})

test.serial('in a worker, "inherit" means fds 0, 1 and 2 of the process', async (t) => {
  const host = runScript(t, 'inherit-in-a-worker')
  host.process.stdin.end('from stdin\n')
  const { code, stdout, stderr } = await within(20_000, 'the end', host.ended)
  t.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'from stdin\n', stderr: 'to stderr\n' })
})
