import { channelTest } from './support/channel.js'
import { runScript } from './support/scripts.js'
import { within } from './support/within.js'

// The child answers when the test releases it, and the host prints 'gone' as its very last act: the order shows which waited for the other.
for (const kept of ['messages', 'unref, send', 'unref, messages, ref']) {
  channelTest(`${kept}: the process stays`, async (t) => {
    const host = runScript(t, 'stay-for-a-channel', [kept])
    t.is(await host.line(), 'started')
    // No event says that a process is not about to end, so the test gives it time in which it could end.
    await new Promise((resolve) => setTimeout(resolve, 300))
    host.process.stdin.write('go\n')
    t.is(await within(10_000, 'the answer', host.line()), 'answered')
    t.is(await within(10_000, 'the host', host.line()), 'gone')
    t.is((await within(10_000, 'the end', host.ended)).code, 0)
  })
}

for (const left of ['unref', 'unref, messages', 'unref, sent', 'unref, left loop']) {
  channelTest(`${left}: the process does not wait`, async (t) => {
    const host = runScript(t, 'stay-for-a-channel', [left])
    t.is(await host.line(), 'started')
    t.is(await within(10_000, 'the host', host.line()), 'gone')
    host.process.stdin.end('go\n')
    t.is((await within(10_000, 'the end', host.ended)).code, 0)
  })
}
