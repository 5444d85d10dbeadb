import { channelTest } from './support/channel.js'
import { runScript } from './support/scripts.js'
import { within } from './support/within.js'

// The child answers when the test lets it go, the host says 'gone' as its very last act: the order tells who stayed for whom.
for (const kept of ['messages', 'unref, send', 'unref, messages, ref']) {
  channelTest(`${kept}: the process stays`, async (t) => {
    const host = runScript(t, 'stay-for-a-channel', [kept])
    t.is(await host.line(), 'started')
    // Nothing tells that a process is not about to end: time it has had to end in is the thing tested.
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
