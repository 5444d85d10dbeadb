import { spawn as nodeSpawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { SharedChild, spawn } from 'shared-child'
import { program, temporaryDirectory } from './support/files.js'
import { isWindows, testUnless } from './support/skip.js'

const all = (...rows: readonly Record<string, unknown>[]): Record<string, unknown> =>
  Object.assign({}, ...rows) as Record<string, unknown>

/** Tried as every option, as the file, as args, as one of the args, and as the options. */
const anything = all(
  { undefined: undefined, null: null, true: true, false: false, 0: 0, 1: 1, '1n': 1n },
  { '-1': -1, 1.5: 1.5, NaN: Number.NaN, Infinity: Infinity, '-Infinity': -Infinity, '2 ** 32': 2 ** 32 },
  { "''": '', "'x'": 'x', "'1'": '1', "' '": ' ', "'a\\0b'": 'a\0b', symbol: Symbol('x') },
  { '[]': [], "['x']": ['x'], '{}': {}, 'no prototype': Object.create(null) as unknown, function: () => {} },
  { Date: new Date(0), Map: new Map(), RegExp: /x/, Promise: Promise.resolve(), Buffer: Buffer.from('x') },
  {
    'new Number': Object(1) as unknown,
    'new String': Object('x') as unknown,
    'new Boolean': Object(true) as unknown,
  },
)

const missing = pathToFileURL('/no/such/folder')

/** Further values, by option. Node 24 aborts for fds that are not integers, and for uid -0. */
const more: Record<string, Record<string, unknown>> = {
  cwd: all(
    { '.': '.', '/no': '/no', 'a file': '/etc/passwd', URL: pathToFileURL('/'), 'missing URL': missing },
    {
      'string of a URL': missing.href,
      'http URL': new URL('http://x/y'),
      'URL with a host': new URL('file://host/'),
    },
    {
      'url.parse()': { href: 'file:///', protocol: 'file:', auth: null, path: '/', pathname: '/' },
      '%00': new URL('file:///%00'),
      '%2F': new URL('file:///%2Fx'),
    },
    { 'like a URL': { href: 'file:///', protocol: 'file:', hostname: '', pathname: '/' } },
  ),
  env: all(
    { 'a=b': { 'a=b': 'x' }, 'no name': { '': 'x' }, NUL: { A: 'a\0b' }, 'NUL in a name': { 'a\0b': 'x' } },
    {
      number: { A: 1 },
      'null value': { A: null },
      boolean: { A: true },
      object: { A: {} },
      'symbol value': { A: Symbol('x') },
    },
  ),
  argv0: {},
  stdio: all(
    {
      pipe: 'pipe',
      ignore: 'ignore',
      inherit: 'inherit',
      overlapped: 'overlapped',
      other: 'other',
      '{ fd: 1 }': { fd: 1 },
    },
    { '[pipe]': ['pipe'], '[other]': ['other'], '[null]': [null], '[true]': [true], '[1n]': [1n], '[-1]': [-1] },
    {
      "['']": [''],
      '[{}]': [{}],
      '[[]]': [[]],
      '[symbol]': [Symbol('x')],
      '[function]': [() => {}],
      '[9999]': [9999],
    },
    { '[{ fd: 9999 }]': [{ fd: 9999 }], '[{ fd: null }]': [{ fd: null }], "[{ fd: 'x' }]": [{ fd: 'x' }] },
    { '[stream]': [new PassThrough()], '[Buffer]': [Buffer.from('x')], 'like a list': { length: 1, 0: 'pipe' } },
    { '[ipc]': ['ipc'], '[ipc, ipc]': ['ipc', 'ipc'], 'wrong 4th': ['ignore', 'ignore', 'ignore', 'other'] },
  ),
  serialization: { json: 'json', advanced: 'advanced', xml: 'xml' },
  shell: { '/no/shell': '/no/shell', '/bin/sh': '/bin/sh' },
  detached: {},
  uid: { own: process.getuid?.() },
  gid: { own: process.getgid?.() },
  signal: all(
    { aborted: AbortSignal.abort(), fine: new AbortController().signal, controller: new AbortController() },
    { EventTarget: new EventTarget(), incomplete: { aborted: false } },
  ),
  timeout: { 0.5: 0.5 },
  killSignal: { SIGTERM: 'SIGTERM', sigterm: 'sigterm', 9: 9, 64: 64, 65: 65, SIGNOTHING: 'SIGNOTHING', "'9'": '9' },
  windowsHide: {},
  windowsVerbatimArguments: {},
}

/**
 * The intended differences, which are documented with the options. The first row that fits counts. A row that fits nothing is out
 * of date and fails the test, except for rows about which versions of Node differ among themselves.
 */
const differences: readonly { what: RegExp; ours: string; why: string; versionsDiffer?: true }[] = [
  { what: /^cwd: Buffer$/, ours: 'ERR_INVALID_ARG_TYPE', why: 'a path is a string or a URL' },
  { what: /^env: /, ours: 'ERR_INVALID_ARG_TYPE', why: 'an object of strings; child_process converts everything' },
  { what: /^args\[0\]: /, ours: 'ERR_INVALID_ARG_TYPE', why: 'strings; child_process converts everything' },
  { what: /^stdio: (1|\{ fd: 1 \})$/, ours: 'started', why: 'one fd may be given for all three' },
  {
    what: /^stdio: /,
    ours: 'ERR_INVALID_ARG_VALUE',
    why: "the words, an fd, or what has one; not '' or false for 'pipe', not -1, not 'overlapped', and one code",
  },
  { what: /^[ug]id: -1$/, ours: 'ERR_OUT_OF_RANGE', why: 'child_process leaves it to the system, which says EINVAL' },
  {
    what: /^[ug]id: (1n|symbol|no prototype)$/,
    ours: 'ERR_INVALID_ARG_TYPE',
    why: 'child_process trips over it itself, before Node 26',
    versionsDiffer: true,
  },
  {
    what: /^[ug]id: (1.5|NaN|-?Infinity|2 \*\* 32)$/,
    ours: 'ERR_INVALID_ARG_TYPE',
    why: 'child_process says ERR_OUT_OF_RANGE since Node 26',
    versionsDiffer: true,
  },
  { what: /^(signal|serialization): null$/, ours: 'started', why: 'null is as good as leaving an option out' },
  { what: /^signal: incomplete$/, ours: 'ERR_INVALID_ARG_TYPE', why: 'child_process trips over it itself' },
  { what: /^timeout: (0\.5|1\.5|Infinity)$/, ours: 'started', why: 'times may be fractions, and Infinity is no limit' },
  {
    what: /^timeout: /,
    ours: 'ERR_INVALID_ARG_TYPE',
    why: 'of a time that is no number, here and everywhere',
    versionsDiffer: true,
  },
  { what: /^killSignal: 64$/, ours: 'started', why: 'real-time signals have numbers, too' },
  {
    what: /^killSignal: /,
    ours: 'ERR_UNKNOWN_SIGNAL',
    why: 'of what is no signal, here and in kill(); names are in capitals',
  },
  { what: /^file: URL$/, ours: 'started', why: 'the program may be a file: URL' },
  { what: /^file: (http|missing) URL$/, ours: 'ERR_INVALID_URL_SCHEME', why: 'the program may be a file: URL' },
]

type Call = [file: unknown, args?: unknown, options?: unknown]

function theirs(call: Call): Promise<string> {
  return new Promise((resolve) => {
    try {
      const child = nodeSpawn(...(call as [string]))
      child.stdin?.on('error', () => undefined)
      child.once('error', (error) => resolve(codeOf(error))).once('exit', () => resolve('started'))
    } catch (error) {
      resolve(codeOf(error))
    }
  })
}

async function ours(call: Call): Promise<string> {
  try {
    await (await spawn(...(call as [string]))).wait()
    return 'started'
  } catch (error) {
    return codeOf(error)
  }
}

function oursSync(call: Call): Promise<string> | string {
  try {
    return SharedChild.spawnSync(...(call as [string]))
      .wait()
      .then(() => 'started')
  } catch (error) {
    return codeOf(error)
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? (error as Error).name

/** The calls, by what is wrong with them. The lists are copied, because child_process adds to the lists that it is given. */
function* calls(): Generator<[what: string, call: (file: string) => Call]> {
  const fresh = (value: unknown): unknown => (Array.isArray(value) ? [...value] : value)
  for (const [option, special] of Object.entries(more)) {
    for (const [name, value] of Object.entries({ ...anything, ...special })) {
      yield [`${option}: ${name}`, (file) => [file, [], { [option]: fresh(value) }]]
    }
  }
  for (const [name, value] of Object.entries(anything)) {
    yield [`args: ${name}`, (file) => [file, fresh(value)]]
    yield [`args[0]: ${name}`, (file) => [file, [value]]]
    yield [`options: ${name}`, (file) => [file, [], fresh(value)]]
    yield [`options without args: ${name}`, (file) => [file, undefined, fresh(value)]]
    // No program with this name exists for either of the two.
    if (name !== "'x'" && name !== "'1'" && name !== "' '") yield [`file: ${name}`, () => [value]]
  }
  yield ['file: URL', (file) => [pathToFileURL(file)]]
  yield ['file: http URL', () => [new URL('http://x/y')]]
}

testUnless(isWindows, 'and nothing is started; where we differ it is documented', async (t) => {
  const directory = temporaryDirectory(t)
  const marks = path.join(directory, 'marks')
  fs.writeFileSync(marks, '')
  const file = program(directory, 'mark', `#!/bin/sh\necho >> '${marks}'\n`)
  const other = program(directory, 'other', '#!/bin/sh\n')
  const started = (): number => fs.readFileSync(marks, 'utf8').length
  const unused = new Set(differences.filter(({ versionsDiffer }) => versionsDiffer !== true))
  let same = 0
  for (const [what, call] of calls()) {
    const before = started()
    const outcome = await ours(call(file))
    t.is(await oursSync(call(file)), outcome, `${what}, spawnSync`)
    // A timeout of a millisecond or less may pass before the mark is written.
    if (!what.startsWith('timeout: ')) t.is(started() - before, outcome === 'started' ? 2 : 0, `${what}: started`)
    const expected = await theirs(call(other))
    const row = outcome === expected ? undefined : differences.find((each) => each.what.test(what))
    t.is(outcome, row?.ours ?? expected, what)
    if (row === undefined) same += 1
    else unused.delete(row)
  }
  t.deepEqual([...unused], [])
  t.true(same > 300)
})
