import * as node from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { compileFunction } from 'node:vm'
import { run, SharedChild, spawn } from 'shared-child'
import { isWindows, testUnless } from './support/skip.js'

const guide = join(dirname(require.resolve('shared-child/package.json')), 'docs', 'migrating.md')
// A copy of the repository for another platform may contain only the tests.
const noDocs = !existsSync(guide) && 'needs docs/'

interface Row {
  /** The text on the left of the bar. */
  readonly title: string
  /** The pieces of code on the right of it. */
  readonly code: readonly string[]
}

/** The rows of the table below a heading. */
function rowsOf(heading: string): Row[] {
  if (noDocs) return []
  const [, section = ''] = readFileSync(guide, 'utf8').split(`## From ${heading}\n`)
  const [, ...rows] = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| (.*?[^\\]) \| (.*) \|$/gm)]
  return rows.map(([, title = '', right = '']) => ({
    title,
    code: [...right.matchAll(/`(.+?)`/g)].map(([, code = '']) => code.replaceAll(String.raw`\|`, '|')),
  }))
}

/** Runs a piece of the guide's code as the body of an async function that knows the package and these names. */
async function evaluate(code: string, names: object = {}): Promise<unknown> {
  const scope = { run, spawn, SharedChild, ...names }
  const start = compileFunction(`return (async () => { ${code} })()`, Object.keys(scope))
  return start(...Object.values(scope)) as unknown
}

const sh = (script: string): [string, string[]] => ['sh', ['-c', script]]
const ends = (child: node.ChildProcess): Promise<unknown[]> => once(child, 'close')
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  )
const pick = (error: unknown): unknown => {
  const { code, errno, syscall, path, spawnargs } = error as NodeJS.ErrnoException & { spawnargs: string[] }
  return { code, errno, syscall, path, spawnargs }
}
const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code
/** What a guide's `git` prints depends on where it runs. */
const echo = (code: string): string => code.replace("'git', ['log']", "'echo', ['a']").replace('git log', 'echo a')
const echoer = join(__dirname, 'runtimes', 'echo.js')
const leader = 'sleep 1000 & echo started; wait'

type After = (first: string, ...more: string[]) => unknown

/** For each row, by the beginning of its left side: the result of child_process, and that of the code on the right side. */
const childProcess: Record<string, { before: () => unknown; after: After }> = {
  '`const child = spawn(': {
    before: async () => (await ends(node.spawn('ls', ['-l'])))[0],
    after: (code) => evaluate(`${code}; return (await child.output()).status.code`),
  },
  "`child.on('error'": {
    before: async () =>
      pick((await once(node.spawn('no-such-program', ['a']), 'error').catch((error: unknown) => [error]))[0]),
    after: async () => pick(await failure(spawn('no-such-program', ['a']))),
  },
  "`child.on('exit'": {
    before: () => once(node.spawn(...sh('kill -TERM $$')), 'exit'),
    after: async (code) => evaluate(`${code}; return [code, signal]`, { child: await spawn(...sh('kill -TERM $$')) }),
  },
  "`child.on('close'": {
    before: async () => (await ends(node.spawn(...sh('echo a; exit 3'))))[0],
    after: async (code) => evaluate(`${code}; return status.code`, { child: await spawn(...sh('echo a; exit 3')) }),
  },
  '`child.exitCode`': {
    before: async () => {
      const child = node.spawn(...sh('read x; exit 3'))
      const early = child.exitCode
      child.stdin.end('x\n')
      await ends(child)
      return [early, child.exitCode]
    },
    after: async (code) => {
      const child = await spawn(...sh('read x; exit 3'))
      const early = await evaluate(`return ${code}`, { child })
      child.stdin.end('x\n')
      await child.wait()
      return [early, await evaluate(`return ${code}.code`, { child })]
    },
  },
  '`child.kill()`': {
    before: async () => {
      const child = node.spawn('cat')
      child.kill()
      return (await ends(child))[1]
    },
    after: async (code) => evaluate(`${code}; return (await child.wait()).signal`, { child: await spawn('cat') }),
  },
  '`child.killed`': {
    before: async () => {
      const child = node.spawn('cat')
      child.kill()
      await ends(child)
      return child.killed
    },
    after: async () => {
      const child = await spawn('cat')
      return (await child.kill()) && (await child.wait()).cause === 'kill'
    },
  },
  "`child.stdout.on('data'": {
    before: () => text(node.spawn('echo', ['a']).stdout),
    after: async () => {
      const child = await spawn('echo', ['a'])
      let all = ''
      child.stdout.on('data', (chunk: Buffer) => (all += String(chunk)))
      await once(child.stdout, 'end')
      return all
    },
  },
  '`readline`': {
    before: async () => {
      const got: string[] = []
      for await (const line of createInterface(node.spawn('printf', ['a\\nb']).stdout)) got.push(line)
      return got
    },
    after: async (code) =>
      evaluate(`const got = []; ${code} got.push(line); return got`, { child: await spawn('printf', ['a\\nb']) }),
  },
  '`execFile(': {
    before: async () => (await promisify(node.execFile)('echo', ['a'])).stdout,
    after: (code) => evaluate(`${echo(code)}; return stdout`),
  },
  '`exec(': {
    before: async () => (await promisify(node.exec)('echo a | head')).stdout,
    after: (code) => evaluate(`return (${echo(code)}).stdout`),
  },
  '`execFileSync`': {
    before: () => node.spawnSync(...sh('exit 3')).status,
    after: (start, wait) => evaluate(`return ${start?.replace('...', "'sh', ['-c', 'exit 3']")}.${wait}.code`),
  },
  '`error.code` of execFile': {
    before: async () => ((await failure(promisify(node.execFile)(...sh('exit 3')))) as { code: number }).code,
    after: async (code) => evaluate(`return ${code}`, { error: await failure(run(...sh('exit 3'))) }),
  },
  '`maxBuffer`': {
    before: async () => codeOf(await failure(promisify(node.execFile)('yes', [], { maxBuffer: 9 }))),
    after: async () => codeOf(await failure(run('yes', [], { maxBuffer: 9 }))),
  },
  '`timeout`': {
    before: async () => (await ends(node.spawn('sleep', ['1000'], { timeout: 20, killSignal: 'SIGINT' })))[1],
    after: async () => (await (await spawn('sleep', ['1000'], { timeout: 20, killSignal: 'SIGINT' })).wait()).signal,
  },
  '`process.kill(-child.pid)`': {
    before: async () => {
      const child = node.spawn(...sh(leader), { detached: true })
      await once(child.stdout, 'data')
      process.kill(-(child.pid ?? 0))
      return (await ends(child))[1]
    },
    after: async (options, _kill, terminate) => {
      const child = await evaluate(`return spawn('sh', ['-c', '${leader}'], { ${options} })`)
      return evaluate(`for await (const _ of child.lines()) break; return (await ${terminate}).signal`, { child })
    },
  },
  '`fork(': {
    before: async () => {
      const child = node.fork(echoer)
      child.disconnect()
      return (await once(child, 'exit'))[0]
    },
    after: (code) =>
      evaluate(`const child = await ${code}; child.disconnect(); return (await child.wait()).code`, { file: echoer }),
  },
  '`child.send(': {
    before: async () => {
      const child = node.fork(echoer)
      const error = await new Promise((resolve) => child.send('text', resolve))
      child.kill()
      return error === null
    },
    after: async (code) => {
      await using child = await spawn(process.execPath, [echoer], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      return await evaluate(`${code}; return true`, { child, message: 'text' })
    },
  },
  "`child.on('message'": {
    before: async () => {
      const child = node.fork(echoer)
      child.send('text')
      const [message] = (await once(child, 'message')) as unknown[]
      child.disconnect()
      return message
    },
    after: async (code) => {
      const child = await spawn(process.execPath, [echoer], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      await child.send('text')
      return evaluate(`let got; ${code} { got = message; child.disconnect() } return got`, { child })
    },
  },
}

/** Returns an empty piece of code for a row that is gone, so that its test fails. */
const codeOfRow = (row: Row | undefined): [string, ...string[]] => {
  const [first = '', ...more] = row?.code ?? []
  return [first, ...more]
}

const rows = rowsOf('child_process')
const rowFor = (start: string): Row | undefined => rows.find(({ title }) => title.startsWith(start))

testUnless(noDocs, 'every row for child_process has a test here', (t) => {
  const tested = Object.keys(childProcess).map((start) => rowFor(start)?.title)
  t.deepEqual(
    tested,
    rows.map(({ title }) => title),
  )
})

for (const [start, { before, after }] of Object.entries(childProcess)) {
  testUnless(noDocs || isWindows, `child_process: ${start.replaceAll('`', '')}`, async (t) => {
    t.deepEqual(await after(...codeOfRow(rowFor(start))), await before())
  })
}

/** The rows for execa and tinyexec. Neither of them is run; their own documents say what they do. */
const others: Record<string, Record<string, After>> = {
  execa: {
    '`await execa(': async (code) => evaluate(`return (${echo(code)}).stdout === 'a\\n'`),
    '`stdout` without': async (code) => evaluate(`return ${code} === 'a'`, await run('echo', ['a'])),
    '`reject: false`': async (code) => evaluate(`return (await run('false', [], { ${code} })).status.code === 1`),
    '`error.exitCode`': async (code, signal) =>
      evaluate(`return ${code} === 3 && ${signal} === null`, { error: await failure(run(...sh('exit 3'))) }),
    '`error.timedOut`': async (cause, timeout) =>
      evaluate(`return ${cause} === ${timeout}`, { error: await failure(run('sleep', ['1000'], { timeout: 20 })) }),
    '`error.shortMessage`': async (message, command) =>
      evaluate(`return ${message}.startsWith(${command})`, { error: await failure(run('false')) }),
    '`cancelSignal`': async (signal, grace) => {
      const names = { [signal]: AbortSignal.timeout(20), [grace ?? '']: 20 }
      const child = await spawn(...sh("trap '' TERM; while :; do sleep 0.01; done"), names)
      return (await child.wait()).cause === 'abort'
    },
    '`killDescendants`': (code) => evaluate(`return (await spawn('true', [], { ${code} })).containment !== 'child'`),
    '`all: true`': (code) =>
      evaluate(`return (await run('sh', ['-c', 'echo a; echo b >&2; echo c'], { ${code} })).stdout === 'a\\nb\\nc\\n'`),
    '`env: {': async (code) => evaluate(`return (await run('sh', ['-c', 'echo $A'], { ${code} })).stdout === '1\\n'`),
    '`stdin: ': async (code) => evaluate(`return (await run('cat', [], { ${code} })).status.success`),
    '`for await': async (code, success) =>
      evaluate(`const got = []; ${code} got.push(line); return got.join() === 'a' && !${success}`, {
        child: await spawn(...sh('echo a; exit 3')),
      }),
    '`execa(': async (head, seq) =>
      evaluate(`${seq}; const child = ${head}; return (await child.output()).stdout === '1\\n'`),
    '`ipc: true`': async (stdio, send, messages) =>
      evaluate(
        `const message = 'a'; const child = await spawn(process.execPath, ['${echoer}'], { ${stdio} })
        await ${send}; for await (const got of ${messages}) { await child.kill(); return got.echoed === message }`,
      ),
  },
  tinyexec: {
    '`await x(': (code) => evaluate(`return (${echo(code)}).stdout === 'a\\n'`),
    '`throwOnError': (code) => evaluate(`return (${echo(code)}).stdout === 'a\\n'`),
    '`exitCode`': async (code) => evaluate(`return ${code} === 0`, await run('true')),
    '`nodeOptions': (code) => evaluate(`return (await run('pwd', [], ${code})).stdout === '/\\n'`, { cwd: '/' }),
    '`for await': async (code) =>
      evaluate(`const got = []; ${code} got.push(line); return got.join() === 'a'`, {
        child: await spawn('echo', ['a']),
      }),
  },
  'tree-kill': {
    '`kill(child.pid': (start, end) => {
      const started = start?.replace('...', `'sh', ['-c', '${leader}']`)
      return evaluate(`const child = await ${started}; for await (const _ of child.lines()) break
        ${end}; return !child.killGroupSync(0)`)
    },
  },
  'cross-spawn': {
    '`spawn(': (code) => evaluate(`return (await (${code.replace("'npm', ['test']", "'true'")}).wait()).success`),
    '`spawn.sync`': (code) => evaluate(`return ${code.replace('...', "'true'")}.success`),
  },
}

for (const [heading, tests] of Object.entries(others)) {
  const table = rowsOf(heading)
  for (const [start, holds] of Object.entries(tests)) {
    testUnless(noDocs || isWindows, `${heading}: ${start.replaceAll('`', '')}`, async (t) => {
      const row = table.find(({ title }) => title.startsWith(start))
      t.truthy(row, 'the guide has this row')
      t.true(await holds(...codeOfRow(row)))
    })
  }
}
