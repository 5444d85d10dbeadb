import { spawnSync } from 'node:child_process'
import test, { type ExecutionContext } from 'ava'
import { CommandError, run, SharedChild, spawn, type Output } from 'shared-child'
import { start } from './support/children.js'
import { isWindows, missing, testUnless } from './support/skip.js'

/** The error of a command that has failed. */
function failed(t: ExecutionContext, running: Promise<Output<string | Buffer>>): Promise<CommandError> {
  return t.throwsAsync<CommandError>(running, { instanceOf: CommandError, code: 'ERR_COMMAND_FAILED' })
}

const shell = (script: string, options = {}): Promise<Output<string>> => run('sh', ['-c', script], options)

test('it has the command, its exit code, and what it printed', async (t) => {
  const error = await failed(t, shell('echo out; echo "fatal: no such remote" >&2; exit 128'))
  t.is(error.name, 'CommandError')
  const command = `sh -c 'echo out; echo "fatal: no such remote" >&2; exit 128'`
  t.is(error.command, process.platform === 'win32' ? error.command : command)
  t.is(error.message, `${error.command} failed with exit code 128: fatal: no such remote`)
  t.true(error.stack?.startsWith(`CommandError: ${error.message}\n    at `))
  const { status, stdout, stderr, spawnfile, spawnargs } = error
  t.deepEqual(
    { code: status.code, cause: status.cause, stdout, stderr, spawnfile, first: spawnargs.slice(0, 2) },
    {
      code: 128,
      cause: null,
      stdout: 'out\n',
      stderr: 'fatal: no such remote\n',
      spawnfile: 'sh',
      first: ['sh', '-c'],
    },
  )
  for (const name of ['code', 'status', 'stdout', 'stderr', 'spawnfile', 'spawnargs', 'command'])
    t.true(Object.hasOwn(error, name), name)
  t.false('cause' in error)
})

test('with nothing on stderr the message ends with how it ended', async (t) => {
  const error = await failed(t, run(process.execPath, ['-e', 'process.exit(3)']))
  t.true(error.message.endsWith(' failed with exit code 3'))
})

test('of a long stderr the message has the last lines, without the colours, and the error all of it', async (t) => {
  const script = `for (let i = 1; i <= 5000; i++) console.error('line ' + i + ' ü'); console.error('\\x1b[31mred\\x1b[0m \\x07\\n\\n'); process.exit(1)`
  const error = await failed(t, run(process.execPath, ['-e', script]))
  t.true(
    error.message.endsWith('failed with exit code 1: line 4997 ü\nline 4998 ü\nline 4999 ü\nline 5000 ü\nred \\x07'),
  )
  t.true(error.stderr.length > 50_000)
  const oneLine = await failed(t, run(process.execPath, ['-e', `console.error('ü'.repeat(100_000)); process.exit(1)`]))
  t.regex(oneLine.message, /: ü{500,1500}$/)
})

test('after a timeout it names the limit', async (t) => {
  const error = await failed(t, run(process.execPath, ['-e', 'setTimeout(() => {}, 600_000)'], { timeout: 150 }))
  t.is(error.status.cause, 'timeout')
  t.regex(error.message, / failed with (signal SIGTERM|exit code \d+) \(timeout after 150 ms\)$/)
})

test("after an abort it says so, and its cause is the signal's reason", async (t) => {
  const reason = new Error('the user has closed the window')
  const controller = new AbortController()
  const child = await start(t, process.execPath, ['-e', 'setTimeout(() => {}, 600_000)'], { signal: controller.signal })
  const output = child.output({ check: true })
  controller.abort(reason)
  const error = await failed(t, output)
  t.is(error.status.cause, 'abort')
  t.is(error.cause, reason)
  t.regex(error.message, / \(abort\)$/)
})

test('a child that somebody kills', async (t) => {
  const child = await start(t, process.execPath, ['-e', 'setTimeout(() => {}, 600_000)'])
  const output = child.output({ check: true, encoding: 'buffer' })
  child.killSync()
  const error = await failed(t, output)
  t.regex(error.message, / failed with (signal SIGKILL|exit code \d+) \(kill\)$/)
  t.true(Buffer.isBuffer(error.stdout) && Buffer.isBuffer(error.stderr))
})

test('on an attached handle it names the timeout without its limit', async (t) => {
  const child = await start(t, process.execPath, ['-e', 'setTimeout(() => {}, 600_000)'], { timeout: 150 })
  const error = await failed(t, SharedChild.attach(child.share()).output({ check: true }))
  t.regex(error.message, / \(timeout\)$/)
})

test('output() has no such error unless it is asked to check, and run() has one unless it is asked not to', async (t) => {
  const fails = ['-e', 'process.exit(9)']
  t.is((await (await spawn(process.execPath, fails)).output()).status.code, 9)
  t.is((await run(process.execPath, fails, { check: false })).status.code, 9)
  await failed(t, (await spawn(process.execPath, fails)).output({ check: true }))
  await failed(t, run(process.execPath, fails))
  t.is((await run(process.execPath, ['-e', ''], { check: true })).status.code, 0)
})

test('output over maxBuffer counts before the status', async (t) => {
  const script = 'process.stdout.write("x".repeat(1000)); process.exitCode = 1'
  await t.throwsAsync(run(process.execPath, ['-e', script], { maxBuffer: 10 }), {
    code: 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER',
  })
})

const awkward = [
  '',
  ' ',
  "it's",
  '"',
  '\\',
  'a\\',
  '$HOME',
  '`id`',
  '*',
  '~',
  '!',
  '&&',
  ';',
  '#x',
  'ünï',
  '--flag=value',
  '/a-b_c.d:e@f%g+h,i',
  'line\nline',
  '\t',
  '\r',
  "\x1b[31mred'\\",
  '\x07\x7f',
  '\x85',
  '\u202e',
  '\u2028',
  '{a,b}',
  '[x]',
  '<',
  '>',
  '|',
  '(',
  '^',
  '=x',
]

testUnless(
  isWindows || missing('bash'),
  'the command can be typed into a shell, and has nothing that controls a terminal',
  async (t) => {
    const script = 'printf "%s\\0" "$@"; exit 1'
    const env = { ...process.env, LC_ALL: 'C.UTF-8' }
    const error = await failed(t, run('sh', ['-c', script, 'sh', ...awkward], { env }))
    t.deepEqual(String(error.stdout).split('\0').slice(0, -1), awkward)
    t.notRegex(error.message, /[\p{Cc}\u2028-\u202e]/u)
    t.is(String(spawnSync('bash', ['-c', error.command], { env }).stdout), String(error.stdout))
    t.regex(error.command, / --flag=value \/a-b_c\.d:e@f%g\+h,i /)
  },
)

test('the class is an Error, and is called CommandError', (t) => {
  t.true(CommandError.prototype instanceof Error)
  t.is(CommandError.name, 'CommandError')
})
