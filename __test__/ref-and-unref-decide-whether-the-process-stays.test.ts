import test from 'ava'
import { runScript } from './support/scripts.js'
import { within } from './support/within.js'

// The child prints 'released' when the test releases it, and the host prints 'gone' as its very last act: the order shows which waited for the other.
for (const kept of [
  'plain',
  'unref, ref',
  'spawnSync',
  'pipes',
  'attached in a worker',
  'one of two handles',
  'unref twice, ref once',
  'unref, output',
  'unref, waitTimeout',
  'unref, waitDeadline',
] as const) {
  test.serial(`${kept}: the process stays until the child has exited`, async (t) => {
    const host = runScript(t, 'stay-for-a-child', [kept])
    t.is(await host.line(), 'started')
    // No event says that a process is not about to end, so the test gives it time in which it could end.
    await new Promise((resolve) => setTimeout(resolve, 300))
    host.process.stdin.write('go\n')
    t.is(await within(10_000, 'the child', host.line()), 'released')
    t.is(await within(10_000, 'the host', host.line()), 'gone')
    t.is((await within(10_000, 'the end', host.ended)).code, 0)
  })
}

for (const left of [
  'unref',
  'unref, pending wait',
  'unref, waitTimeout(Infinity)',
  'unref in a worker',
  'both handles unref',
  'unref, spawnSync',
  'unref, timeout',
  'ref twice, unref once',
] as const) {
  test.serial(`${left}: the process does not wait for the child`, async (t) => {
    const host = runScript(t, 'stay-for-a-child', [left])
    t.is(await host.line(), 'started')
    t.is(await within(10_000, 'the host', host.line()), 'gone')
    host.process.stdin.end('go\n')
    t.is(await within(10_000, 'the child', host.line()), 'released')
    t.is((await within(10_000, 'the end', host.ended)).code, 0)
  })
}

test.serial('unref, disposal: the process stays until it is done', async (t) => {
  const host = runScript(t, 'stay-for-a-child', ['unref, disposal'])
  const { code, stdout } = await within(10_000, 'the end', host.ended)
  t.deepEqual({ code, stdout }, { code: 0, stdout: 'started\ndisposed\ngone\n' })
})

test.serial('a process with nothing but ended children ends, whatever was done with them', async (t) => {
  const host = runScript(t, 'stay-for-a-child', ['ended'])
  t.deepEqual(await within(10_000, 'the end', host.ended).then(({ code, stdout }) => ({ code, stdout })), {
    code: 0,
    stdout: 'started\ngone\n',
  })
})
