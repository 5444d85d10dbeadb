// Uses the main parts of the package without a test runner: `node`, `bun` or `deno run -A` this file. Prints 'ok'.
import { join } from 'node:path'
import { run, SharedChild, spawn } from 'shared-child'

function check(what: string, holds: boolean): void {
  if (!holds) throw new Error(`smoke: ${what}`)
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
  return 'none'
}

async function smoke(): Promise<void> {
  const exited = await (await spawn('sh', ['-c', 'exit 7'])).wait()
  check('exit code', exited.code === 7 && exited.signal === null && !exited.success)

  const child = await spawn('sleep', ['1000'], { stdio: 'ignore' })
  check('pid', child.pid > 1)
  check('waitTimeout', (await child.waitTimeout(10)) === null)
  check('tryWait', (await child.tryWait()) === null && child.tryWaitSync() === null)
  const attached = SharedChild.attach(child.share())
  check('attach', attached.pid === child.pid)
  const waits = [child.wait(), attached.wait(), attached.waitTimeout(60_000)]
  check('kill', await attached.kill('SIGTERM'))
  for (const status of await Promise.all(waits)) check('signal', status?.signal === 'SIGTERM')
  check('kill after the exit', !(await child.kill()) && !child.killSync())

  const cat = await spawn('cat')
  cat.stdin?.write('streamed ')
  cat.stdin?.end('text')
  let text = ''
  if (cat.stdout === null) throw new Error('smoke: stdout')
  for await (const chunk of cat.stdout) text += String(chunk)
  check(`streams: ${text}`, text === 'streamed text')
  check('exit of cat', (await cat.wait()).success)

  const big = 'x'.repeat(1 << 20)
  const output = await (await spawn('sh', ['-c', 'cat; echo err >&2; exit 3'])).output({ input: big })
  check('output', output.stdout === big && output.stderr === 'err\n' && output.status.code === 3 && output.drained)
  const bytes = await (await spawn('printf', ['\\1\\2'])).output({ encoding: 'buffer' })
  check('bytes', bytes.stdout.length === 2 && bytes.stdout[0] === 1)
  check(
    'maxBuffer',
    (await codeOf((await spawn('yes')).output({ maxBuffer: 100 }))) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER',
  )

  check('run', (await run('cat', [], { input: 'text' })).stdout === 'text')
  check('CommandError', (await codeOf(run('false'))) === 'ERR_COMMAND_FAILED')

  const lister = await spawn('sh', ['-c', 'echo a; echo b >&2; echo c; cat'], { stdio: ['pipe', 'pipe', 'stdout'] })
  const lines: string[] = []
  for await (const line of lister.lines()) if (lines.push(line) === 3) break
  check(`lines: ${lines.join()}`, lines.join() === 'a,b,c')
  // Node 16, which is in the old Electron that the tests can get without GitHub, leaves its own listener on the stream,
  // so that nothing more is read.
  lister.stdin?.end(process.versions.node.startsWith('16.') ? '' : big)
  check('lines that nobody wants', (await lister.wait()).success)

  const late = await spawn('echo', ['late'])
  await late.wait()
  check('late output', (await late.output()).stdout === 'late\n')

  const sync = SharedChild.spawnSync('sh', ['-c', 'exit 4'], { stdio: 'ignore' })
  check('spawnSync and waitSync', sync.waitSync().code === 4)

  check('missing program', (await codeOf(spawn('no-such-program-anywhere'))) === 'ENOENT')
  check(
    'forged token',
    (await codeOf(Promise.resolve().then(() => SharedChild.attach({ sharedChild: 'x' })))) === 'ERR_CHILD_GONE',
  )

  const controller = new AbortController()
  const aborted = await spawn('sleep', ['1000'], { stdio: 'ignore', signal: controller.signal })
  controller.abort()
  const abort = await aborted.wait()
  check('abort', abort.signal === 'SIGTERM' && abort.cause === 'abort')
  const timed = await spawn('sleep', ['1000'], { stdio: 'ignore', timeout: 20 })
  check('timeout', (await timed.wait()).signal === 'SIGTERM')
  const deaf = await spawn('sh', ['-c', "trap '' TERM; echo up; sleep 1000"], { group: true, killOnParentExit: true })
  for await (const _ of deaf.stdout ?? []) break
  const terminated = await deaf.terminate({ grace: 20 })
  check('terminate', terminated.signal === 'SIGKILL' && terminated.cause === 'terminate')
  check('a group that is gone', (await deaf.waitGroup()) && !deaf.killGroupSync(0))

  await smokeOfMessages()

  const many = await Promise.all(Array.from({ length: 50 }, () => spawn('true', { stdio: 'ignore' })))
  for (const status of await Promise.all(many.map((one) => one.wait()))) check('fifty children', status.success)

  // Node before 20.4 has no such symbol, nor has the old Electron that the tests can get without GitHub.
  if ('asyncDispose' in Symbol) {
    const disposed = await spawn('sleep', ['1000'], { stdio: 'ignore' })
    await disposed[Symbol.asyncDispose]()
    check('asyncDispose', disposed.tryWaitSync()?.signal === 'SIGTERM')
  }
  if ('Deno' in globalThis) await smokeOfPermissions()
  console.log('ok')
}

/** With a child of the same runtime; in Bun and Deno, also with a child of Node's, and as the child of Node. */
async function smokeOfMessages(): Promise<void> {
  // An app of Electron has this file alone.
  if (process.versions['electron'] !== undefined) return
  const { exchange } = await import('./messages.js')
  const echo = join(__dirname, 'echo.js')
  const own = 'Deno' in globalThis ? ['run', '--allow-all', echo] : [echo]
  await exchange(process.execPath, own)
  if (!('Deno' in globalThis) && process.versions['bun'] === undefined) return
  await exchange('node', [echo])
  const parent = await run('node', [join(__dirname, 'messages.js'), process.execPath, ...own])
  check('messages of a parent that is Node', parent.stdout === 'ok\n')
}

/** The permission to load addons does not allow starting programs. */
async function smokeOfPermissions(): Promise<void> {
  const may = ['--no-prompt', '--allow-ffi', '--allow-read', '--allow-env', '--allow-sys', '--allow-run=echo']
  const script = join(__dirname, 'deno-permissions.js')
  const { status, stdout, stderr } = await (await spawn(process.execPath, ['run', ...may, script])).output()
  check(`permissions: ${stdout}${stderr}`, status.success)
}

// There is no process.exit() at the end, because the runtime has to end by itself.
smoke().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
