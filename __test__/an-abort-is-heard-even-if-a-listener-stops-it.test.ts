import { EventEmitter, getEventListeners } from 'node:events'
import { SharedChild, type ExitStatus } from 'shared-child'
import { killAtEnd, sleeper } from './support/children.js'
import { how, killedBy } from './support/how.js'
import { testUnless } from './support/skip.js'
import { within } from './support/within.js'

const old = !('addAbortListener' in EventEmitter) && 'needs a Node with events.addAbortListener'

/** An earlier listener stops the event. */
function hiding(): AbortController {
  const controller = new AbortController()
  controller.signal.addEventListener('abort', (event) => event.stopImmediatePropagation())
  return controller
}

for (const start of ['spawn', 'spawnSync'] as const) {
  testUnless(old, `of a ${start}: the child is ended`, async (t) => {
    const controller = hiding()
    const options = { stdio: 'ignore', signal: controller.signal } as const
    const child = killAtEnd(t, await SharedChild[start]('sleep', ['1000'], options))
    controller.abort()
    t.is(how(await within(5_000, 'the aborted child', child.wait())), killedBy('SIGTERM'))
    t.is(getEventListeners(controller.signal, 'abort').length, 1, 'the other one')
  })
}

const waits: Record<string, (child: SharedChild, signal: AbortSignal) => Promise<ExitStatus | null>> = {
  wait: (child, signal) => child.wait({ signal }),
  waitTimeout: (child, signal) => child.waitTimeout(1e9, { signal }),
  waitDeadline: (child, signal) => child.waitDeadline(Date.now() + 1e9, { signal }),
}

for (const [way, call] of Object.entries(waits)) {
  testUnless(old, `of a ${way}: it rejects`, async (t) => {
    const controller = hiding()
    const waiting = call(await sleeper(t), controller.signal)
    controller.abort()
    t.is((await t.throwsAsync(within(5_000, 'the aborted wait', waiting)))?.name, 'AbortError')
  })
}
