import test from 'ava'
import { run, spawn, SharedChild } from 'shared-child'
import { start } from './support/children.js'
import { rejection, thrown } from './support/failures.js'

const file = process.execPath

test('by spawn() and run(): the error says what was meant', async (t) => {
  for (const [name, meant] of [
    ['timout', 'timeout'],
    ['timeOut', 'timeout'],
    ['tiemout', 'timeout'],
    ['timeouts', 'timeout'],
    ['kill_signal', 'killSignal'],
    ['killsignal', 'killSignal'],
    ['CWD', 'cwd'],
    ['signa1', 'signal'],
  ] as const) {
    const options = { [name]: 5 }
    for (const call of [() => spawn(file, ['-v'], options), () => run(file, ['-v'], options)]) {
      const error = await rejection(t, call)
      t.true(error instanceof TypeError)
      t.is(error.code, 'ERR_INVALID_ARG_VALUE')
      t.true(error.message.includes(`'options.${name}' is not an option (did you mean '${meant}'?)`), error.message)
    }
    t.is(thrown(t, () => SharedChild.spawnSync(file, options)).code, 'ERR_INVALID_ARG_VALUE')
  }
})

test('one of another call, too', async (t) => {
  for (const name of ['maxBuffer', 'encoding', 'input', 'check', 'overflow', 'drainTimeout']) {
    const error = await rejection(t, () => spawn(file, { [name]: 5 }))
    t.true(error.message.includes(`is an option of output() and run(), not of spawn()`), error.message)
  }
  const child = await start(t, file, ['-e', 'setTimeout(() => {}, 600_000)'])
  for (const name of ['signal', 'timeout', 'killSignal']) {
    const error = await rejection(t, () => child.output({ [name]: 5 }))
    t.true(error.message.includes('is an option of spawn(), not of output()'), error.message)
  }
  t.regex((await rejection(t, () => child.output({ maxBufer: 5 } as object))).message, /did you mean 'maxBuffer'/)
})

test('by the other calls, too', async (t) => {
  const child = await start(t, file, ['-e', 'setTimeout(() => {}, 600_000)'], { group: true })
  for (const [call, options, message] of [
    [() => child.wait({ timeout: 5 } as object), 'timeout', 'is an option of spawn(), not of wait()'],
    [() => child.waitTimeout(0, { tiemout: 5 } as object), 'tiemout', `did you mean 'timeout'?`],
    [() => child.terminate({ killGrace: 5 } as object), 'killGrace', 'is an option of spawn(), not of terminate()'],
    [() => child.waitGroup({ timout: 5 } as object), 'timout', `did you mean 'timeout'?`],
    [async () => child.lines({ encodin: 'hex' } as object), 'encodin', `did you mean 'encoding'?`],
  ] as const) {
    const error = await rejection(t, call)
    t.is(error.code, 'ERR_INVALID_ARG_VALUE')
    t.true(error.message.includes(`'options.${options}'`) && error.message.includes(message), error.message)
  }
  t.is(child.tryWaitSync(), null)
})

test('others are ignored, as in child_process, and so is one without a value', async (t) => {
  const options = {
    id: 5,
    cmd: 'x',
    end: 1,
    verbose: true,
    reject: false,
    timout: undefined,
    maxbuffer: null,
  }
  t.true((await (await spawn(file, ['-v'], options as object)).output(options as object)).status.success)
  t.true((await run(file, ['-v'], options as object)).status.success)
})
