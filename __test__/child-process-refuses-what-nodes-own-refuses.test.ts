import * as nodes from 'node:child_process'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import * as own from 'shared-child/child_process'
import { told } from './support/told.js'

const ours = { ...own }
type Function = (...args: unknown[]) => unknown
const names = ['spawn', 'fork', 'exec', 'execFile', 'spawnSync', 'execSync', 'execFileSync'] as const
type Name = (typeof names)[number]

const anything: Record<string, unknown> = {
  null: null,
  true: true,
  0: 0,
  '-1': -1,
  1.5: 1.5,
  NaN: Number.NaN,
  '-Infinity': -Infinity,
  '1n': 1n,
  "''": '',
  "'1'": '1',
  "'a\\0b'": 'a\0b',
  long: 'x'.repeat(200),
  symbol: Symbol('x'),
  '[]': [],
  "['x']": ['x'],
  '{}': {},
  'no prototype': Object.create(null) as unknown,
  function: () => {},
  Date: new Date(0),
  Map: new Map(),
  'new String': Object('x') as unknown,
}

const special: Record<string, Record<string, unknown>> = {
  cwd: {
    URL: pathToFileURL('/'),
    'missing URL': pathToFileURL('/no/such/folder'),
    'http URL': new URL('http://x/y'),
    'URL with a host': new URL('file://host/'),
    'url.parse()': { href: 'file:///', protocol: 'file:', auth: null, path: '/', pathname: '/' },
    '%00': new URL('file:///%00'),
  },
  env: {
    NUL: { A: 'a\0b' },
    'NUL in a name': { 'a\0b': 'x' },
    symbol: { A: Symbol('x') },
    others: { A: null, B: 1, C: {}, D: undefined, 'E=': '' },
  },
  argv0: {},
  shell: { NUL: '/bin/s\0h', missing: '/no/shell' },
  detached: {},
  uid: { '2 ** 31': 2 ** 31, '2 ** 32': 2 ** 32 },
  gid: {},
  signal: { EventTarget: new EventTarget() },
  timeout: { 0.5: 0.5 },
  killSignal: { sigkill: 'sigkill', 64: 64, 65: 65, SIGRTMIN: 'SIGRTMIN', "'9'": '9' },
  maxBuffer: { 0.5: 0.5 },
  windowsHide: {},
  windowsVerbatimArguments: {},
  serialization: { xml: 'xml', json: 'json' },
  encoding: { utf8: 'utf8', buffer: 'buffer', HEX: 'HEX' },
  execArgv: {},
  execPath: {},
  stdio: { other: 'other', '{ fd: 1 }': { fd: 1 }, '[true]': [true], '[{}]': [{}], '[ipc, ipc]': ['ipc', 'ipc'] },
}

/** This program does not exist, so nothing is started: every call that is not refused gets the same error. */
const NONE = '/no/program'
const fresh = (value: unknown): unknown => (Array.isArray(value) ? [...(value as unknown[])] : value)

/** A call with one unusual value. */
function call(name: Name, what: { args?: unknown; options?: unknown }): unknown[] {
  const { args = [], options = {} } = what
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options)
  if (name === 'exec' || name === 'execSync')
    return [NONE, isObject ? { stdio: 'pipe', shell: NONE, ...options } : options]
  // Otherwise the child's stderr would be written to ours.
  if (name === 'execFileSync' && isObject) return [NONE, args, { stdio: 'pipe', ...options }]
  if (name !== 'fork' || !isObject) return [NONE, args, options]
  return ['x', args, { execPath: NONE, execArgv: [], silent: true, ...options }]
}

function* calls(name: Name): Generator<[what: string, given: unknown[]]> {
  for (const [option, more] of Object.entries(special)) {
    for (const [value, odd] of Object.entries({ ...anything, ...more }))
      yield [`${option}: ${value}`, call(name, { options: { [option]: fresh(odd) } })]
  }
  for (const [value, odd] of Object.entries(anything)) {
    yield [`args: ${value}`, call(name, { args: fresh(odd) })]
    yield [`args[0]: ${value}`, call(name, { args: [odd] })]
    yield [`options: ${value}`, call(name, { options: fresh(odd) })]
    yield [`file: ${value}`, [odd, [], { stdio: 'ignore' }]]
    if (name.startsWith('exec')) yield [`callback: ${value}`, [NONE, { shell: NONE }, odd]]
  }
}

/** Calls for which Node aborts the process or hangs, and the differences that docs/child_process.md lists. */
const skipped: readonly RegExp[] = [
  // Entries of stdio that Node does not expect in its own C++.
  /Sync stdio: (\['x'\])$/,
  // Since Node 22, an argument that cannot be converted to a string becomes an empty one.
  /^[^S]* args\[0\]: (symbol|no prototype)$/,
]

for (const name of names) {
  test.serial(`${name}()`, async (t) => {
    const left = [...calls(name)].filter(([what]) => !skipped.some((each) => each.test(`${name} ${what}`)))
    let refused = 0
    // Several at a time, because most of them start a program.
    const work = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        const [what, given] = next
        const expected = await told(() => (nodes[name] as Function)(...given))
        t.deepEqual(await told(() => (ours[name] as Function)(...given)), expected, what)
        if (Object.hasOwn(expected as object, 'threw')) refused += 1
      }
    }
    await Promise.all(Array.from({ length: 8 }, work))
    t.true(refused > 50, `${refused} were refused`)
  })
}

test('each has the name and the length of the one of Node', (t) => {
  for (const name of names)
    t.deepEqual([ours[name].name, ours[name].length], [nodes[name].name, nodes[name].length], name)
})
