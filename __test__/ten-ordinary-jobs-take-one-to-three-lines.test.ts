import type { ExecutionContext } from 'ava'
import { run, spawn } from 'shared-child'
import { isWindows, testUnless } from './support/skip.js'
import { within } from './support/within.js'

const node = process.execPath
const DOUBLE = `process.once('message', (n) => process.send(2 * n))`

/** A job and its result. Its lines are counted in the compiled code, in which tsc keeps the lines as they are here. */
function job<T>(title: string, lines: () => Promise<T>, check: (t: ExecutionContext, result: T) => void): void {
  testUnless(isWindows, title, async (t) => {
    const count = lines.toString().split('\n').slice(1, -1).length
    t.true(count >= 1 && count <= 3, `${count} lines`)
    check(t, await within(20_000, title, lines()))
  })
}

job(
  'the output of a command',
  async () => {
    const { stdout } = await run(node, ['-p', '6 * 7'])
    return stdout
  },
  (t, stdout) => t.is(stdout, '42\n'),
)

job(
  'a failure is an error that says what failed, how and why',
  async () => {
    return run('sh', ['-c', 'echo "no such branch" >&2; exit 3']).catch((error: Error) => error.message)
  },
  (t, message) => t.is(message, `sh -c 'echo "no such branch" >&2; exit 3' failed with exit code 3: no such branch`),
)

job(
  'text into stdin',
  async () => {
    const { stdout } = await run('tr', ['a-z', 'A-Z'], { input: 'some text' })
    return stdout
  },
  (t, stdout) => t.is(stdout, 'SOME TEXT'),
)

const seen: string[] = []
const answer = (line: string): string => (seen.push(line) === 1 ? 'crab\n' : 'bye\n')
job(
  'the lines, as they come',
  async () => {
    const child = await spawn('sh', ['-c', 'echo "your name?"; read name; echo "hello, $name"; read bye'])
    for await (const line of child.lines()) child.stdin.write(answer(line))
  },
  (t) => t.deepEqual(seen, ['your name?', 'hello, crab']),
)

job(
  'stdout and stderr in the order in which they were written',
  async () => {
    const stdio = ['ignore', 'pipe', 'stdout'] as const
    const { stdout } = await run('sh', ['-c', 'echo 1; echo 2 >&2; echo 3'], { stdio })
    return stdout
  },
  (t, stdout) => t.is(stdout, '1\n2\n3\n'),
)

job(
  'a limit on time that ends all that was started',
  async () => {
    const child = await spawn('sh', ['-c', 'sleep 1000 & sleep 1000'], { group: true, timeout: 500 })
    const { status } = await child.output()
    return { cause: status.cause, ended: await child.waitGroup(), reached: await child.killGroup() }
  },
  (t, result) => t.deepEqual(result, { cause: 'timeout', ended: true, reached: false }),
)

job(
  'why it has ended',
  async () => {
    const child = await spawn('sleep', ['1000'])
    const { signal, cause } = await child.terminate()
    return { signal, cause }
  },
  (t, result) => t.deepEqual(result, { signal: 'SIGTERM', cause: 'terminate' }),
)

job(
  'the last kilobyte of a long output',
  async () => {
    const { stdout, truncated } = await run('seq', ['100000'], { maxBuffer: 1024, overflow: 'tail' })
    return { length: stdout.length, end: stdout.slice(-14), truncated }
  },
  (t, result) => t.deepEqual(result, { length: 1024, end: '\n99999\n100000\n', truncated: true }),
)

job(
  'a message to a Node.js child, and one from it',
  async () => {
    const child = await spawn(node, ['-e', DOUBLE], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    await child.send(21)
    return (await child.messages().next()).value as unknown
  },
  (t, message) => t.is(message, 42),
)

job(
  'a pipeline',
  async () => {
    const yes = await spawn('yes')
    const head = await spawn('head', ['-n', '2'], { stdio: [yes.stdout, 'pipe', 'inherit'] })
    return [(await head.output()).stdout, (await yes.wait()).signal]
  },
  (t, result) => t.deepEqual(result, ['y\ny\n', 'SIGPIPE']),
)
