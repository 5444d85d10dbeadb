import fs from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { SharedChild, spawn } from 'shared-child'
import { killAtEnd, sleeper } from './support/children.js'
import { rejection, thrown } from './support/failures.js'
import { temporaryDirectory } from './support/files.js'
import { leavesNothing } from './support/leaks.js'

const type = ['ERR_INVALID_ARG_TYPE']
const typeOrRange = ['ERR_INVALID_ARG_TYPE', 'ERR_OUT_OF_RANGE']
const value = ['ERR_INVALID_ARG_VALUE']
/** Windows has no ids and refuses every value. */
const unavailable = process.platform === 'win32' ? ['uid', 'gid', 'groups'] : []
const typeOrValue = ['ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_VALUE']

/** Option -> values that are refused -> codes, one of which it must be. */
const badOptions: Record<string, readonly (readonly [readonly unknown[], readonly string[]])[]> = {
  cwd: [[[5, true, {}, [], Symbol('x')], type]],
  env: [
    [['x', 5, true], type],
    [[{ KEY: 5 }, { KEY: null }, { KEY: true }, { KEY: {} }, { KEY: Symbol('x') }], type],
  ],
  argv0: [[[5, {}, true], type]],
  stdio: [
    [['other', 'overlapped', 5n, {}, true], typeOrValue],
    [
      [
        ['other'],
        ['ignore', 'overlapped'],
        ['ignore', 'ignore', {}],
        ['pipe', true],
        ['pipe', { fd: 'x' }],
        ['pipe', { fd: null }],
      ],
      typeOrValue,
    ],
    [
      [['pipe', -1], ['pipe', -2], ['pipe', 1.5], ['pipe', Number.NaN], [{ fd: -1 }], [{ fd: -2 }], ['pipe', 2 ** 40]],
      [...typeOrValue, 'ERR_OUT_OF_RANGE', 'EBADF'],
    ],
  ],
  serialization: [[['xml', 5, {}, true], value]],
  shell: [[[5, {}, Symbol('x')], type]],
  detached: [[[1, 'true', {}], type]],
  uid: [
    [['0', {}, true], type],
    [[1.5, -1, Number.NaN, 2 ** 32, Infinity], typeOrRange],
  ],
  gid: [
    [['0', {}, true], type],
    [[1.5, -1, Number.NaN, 2 ** 32, Infinity], typeOrRange],
  ],
  groups: [
    [['0', 5, {}, true, ['x'], [{}]], type],
    [[[1.5], [-1], [2 ** 32]], typeOrRange],
  ],
  signal: [[[5, 'x', {}, new AbortController()], type]],
  timeout: [
    [['5', {}, true], type],
    [[-1, Number.NaN, -Infinity], ['ERR_OUT_OF_RANGE']],
  ],
  killSignal: [
    [
      ['SIGNOTHING', 'sigterm', '', 65, -1, 1.5, Number.NaN, {}, true],
      ['ERR_UNKNOWN_SIGNAL', ...type],
    ],
  ],
  windowsHide: [[[1, 'true', {}], type]],
  windowsVerbatimArguments: [[[1, 'true', {}], type]],
}

test.serial('of every option, by spawn and spawnSync, and nothing is started', async (t) => {
  const marker = path.join(temporaryDirectory(t), 'started')
  const args = ['-c', `echo started > '${marker}'`]
  for (const [name, rows] of Object.entries(badOptions)) {
    const refusal = unavailable.includes(name) ? ['ERR_FEATURE_UNAVAILABLE'] : null
    for (const [values, codes] of rows) {
      for (const bad of values) {
        const given = { [name]: bad } as never
        for (const error of [
          await rejection(t, () => SharedChild.spawn('sh', args, given)),
          await rejection(t, () => spawn('sh', args, given)),
          thrown(t, () => SharedChild.spawnSync('sh', args, given)),
        ]) {
          const shown = `${name}: ${typeof bad === 'symbol' ? 'symbol' : (JSON.stringify(bad, (_, v: unknown) => (typeof v === 'bigint' ? 'bigint' : v)) ?? String(bad))}: ${String(error)}`
          t.true((refusal ?? codes).includes(String(error.code)), shown)
          if (refusal === null && String(error.code).startsWith('ERR_'))
            t.true(error instanceof TypeError || error instanceof RangeError, shown)
        }
      }
    }
  }
  t.false(fs.existsSync(marker))
})

test.serial('of file, args and options', async (t) => {
  const rows: (readonly [string, readonly unknown[], readonly string[]])[] = [
    ['no file', [], type],
    ['file: null', [null], type],
    ['file: number', [5], type],
    ['file: object', [{}], type],
    ['file: empty', [''], value],
    ['args: string', ['true', 'x'], type],
    ['args: number', ['true', 5], type],
    ['args with a number', ['true', [5]], type],
    ['args with null', ['true', ['x', null]], type],
    ['args with an object', ['true', [{}]], type],
    ['args with a hole', ['true', Object.assign([], { 1: 'x' })], type],
    ['options: string', ['true', [], 'x'], type],
    ['options: number', ['true', [], 5], type],
    ['options: list', ['true', [], []], type],
  ]
  for (const [name, call, codes] of rows) {
    for (const error of [
      await rejection(t, () => SharedChild.spawn(...(call as [string]))),
      await rejection(t, () => spawn(...(call as [string]))),
      thrown(t, () => SharedChild.spawnSync(...(call as [string]))),
    ]) {
      t.true(error instanceof TypeError, name)
      t.true(codes.includes(String(error.code)), `${name}: ${String(error)}`)
    }
  }
})

test.serial('a getter or proxy that throws makes the promise reject too', async (t) => {
  const trap = new Error('mine')
  const options = {
    get cwd(): string {
      throw trap
    },
  }
  t.is(await rejection(t, () => spawn('true', [], options)), trap as never)
})

test.serial('of every method of a running child, which goes on running', async (t) => {
  const child = await sleeper(t)
  const call = child as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
  const bad: (readonly [string, readonly unknown[], readonly string[]])[] = [
    ['wait', [5], type],
    ['wait', [{ signal: 5 }], type],
    ['waitTimeout', [], type],
    ['waitTimeout', ['5'], type],
    ['waitTimeout', [null], type],
    ['waitTimeout', [5, { signal: {} }], type],
    ['waitDeadline', [], type],
    ['waitDeadline', ['tomorrow'], type],
    ['waitDeadline', [{}], type],
    ['output', [5], type],
    ['output', [{ input: 5 }], type],
    ['output', [{ maxBuffer: '5' }], type],
    ['output', [{ drainTimeout: '5' }], type],
    ['output', [{ encoding: 'no-such-encoding' }], [...typeOrValue, 'ERR_UNKNOWN_ENCODING']],
    ['output', [{ encoding: 5 }], [...typeOrValue, 'ERR_UNKNOWN_ENCODING']],
  ]
  for (const [method, args, codes] of bad) {
    const error = await rejection(t, () =>
      (call[method] as (...given: unknown[]) => Promise<unknown>).apply(child, [...args]),
    )
    t.true(codes.includes(String(error.code)), `${method}(${JSON.stringify(args)}): ${String(error)}`)
  }
  for (const ms of ['5', null, {}, true])
    t.is(thrown(t, () => child.waitSync(ms as never)).code, 'ERR_INVALID_ARG_TYPE')
  t.is(child.tryWaitSync(), null)
})

test.serial('and nothing is left behind', async (t) => {
  await leavesNothing(t, async () => {
    await rejection(t, () => spawn('sh', ['-c', 'exit'], { env: { KEY: 5 as never } }))
    await rejection(t, () => spawn('sh', ['-c', 'exit'], { stdio: ['pipe', 'pipe', 'pipe', -1] }))
    await rejection(t, () => spawn('sh', ['-c', 'exit'], { killSignal: 65 }))
  })
})

test.serial('what may be left out may also be undefined', async (t) => {
  const nothing = Object.fromEntries(Object.keys(badOptions).map((name) => [name, undefined]))
  const child = killAtEnd(t, await spawn('true', undefined, nothing))
  t.true((await child.wait(undefined)).success)
  t.is((await child.waitTimeout(0, undefined))?.code, 0)
})
