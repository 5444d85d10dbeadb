import { SharedChild, type SpawnOptions } from 'shared-child'
import { killAtEnd, start } from './support/children.js'
import { leavesNothing } from './support/leaks.js'
import { message, startWorker } from './support/scripts.js'
import { isWindows, notLinux, testUnless } from './support/skip.js'
import { firstLine, textOf } from './support/text.js'
import { within } from './support/within.js'

const ways: Record<string, (file: string, args: string[], options: SpawnOptions) => Promise<SharedChild>> = {
  spawn: (file, args, options) => SharedChild.spawn(file, args, options),
  spawnSync: async (file, args, options) => SharedChild.spawnSync(file, args, options),
}

/** When the next child gets the pipe; a producer may have exited by then. */
const moments: Record<string, (producer: SharedChild) => unknown> = {
  'at once': () => undefined,
  'after the exit': (producer) => producer.wait(),
  'touched before the exit and given after it': async (producer) => {
    void producer.stdout
    await producer.wait()
  },
  'touched before the exit, and the end has been noticed': async (producer) => {
    void producer.stdout
    await producer.wait()
    await new Promise((resolve) => setImmediate(resolve))
  },
  taken: async (producer) => {
    const { stdout } = producer
    producer.takeStdout()
    Object.defineProperty(producer, 'stdout', { value: stdout })
  },
}

for (const [way, spawn] of Object.entries(ways)) {
  for (const [when, wait] of Object.entries(moments)) {
    testUnless(isWindows, `${way}, ${when}: all that was written arrives, and then the end`, async (t) => {
      for (const bytes of [0, 1, 4096, 65_536]) {
        const producer = await start(t, 'head', ['-c', String(bytes), '/dev/zero'])
        await wait(producer)
        const counter = killAtEnd(
          t,
          await spawn('sh', ['-c', 'wc -c'], { stdio: [producer.stdout, 'pipe', 'inherit'] }),
        )
        const { stdout, status } = await within(10_000, 'the count', counter.output())
        t.is(Number(stdout), bytes)
        t.true(status.success)
      }
    })
  }

  testUnless(isWindows, `${way}: a producer dies of SIGPIPE when its reader has had enough`, async (t) => {
    const yes = await start(t, 'yes')
    const head = killAtEnd(t, await spawn('head', ['-n', '1'], { stdio: [yes.stdout, 'pipe', 'inherit'] }))
    t.is((await within(10_000, 'head', head.output())).stdout, 'y\n')
    t.is((await within(10_000, 'yes', yes.wait())).signal, 'SIGPIPE')
  })

  testUnless(isWindows, `${way}: the stdin of a child as the stdout and stderr of the next one`, async (t) => {
    const cat = await start(t, 'cat', [], { stdio: ['pipe', 'pipe', 'inherit'] })
    const { stdin } = cat
    const echo = killAtEnd(t, await spawn('sh', ['-c', 'echo out; echo err >&2'], { stdio: ['ignore', stdin, stdin] }))
    t.is(cat.stdin, null)
    t.is(await within(10_000, 'the end', textOf(cat.stdout)), 'out\nerr\n')
    t.true((await echo.wait()).success)
  })

  testUnless(isWindows, `${way}: it counts as taken`, async (t) => {
    const producer = await start(t, 'sh', ['-c', 'echo out; echo err >&2; read line'])
    const { stdout } = producer
    const cat = killAtEnd(t, await spawn('cat', [], { stdio: [stdout, 'pipe', 'inherit'] }))
    t.is(producer.stdout, null)
    t.is(producer.takeStdout(), null)
    t.is(producer.stdio[1], null)
    t.is(SharedChild.attach(producer.share()).stdout, null)
    await t.throwsAsync(producer.output(), { code: 'ERR_INVALID_STATE' })
    await t.throwsAsync(SharedChild.spawn('cat', [], { stdio: [stdout, 'pipe', 'inherit'] }), {
      code: 'ERR_INVALID_ARG_VALUE',
      message: /given to another child/,
    })
    t.is(await firstLine(producer.stderr), 'err')
    producer.stdin?.end('\n')
    t.is(await within(10_000, 'the end', textOf(cat.stdout)), 'out\n')
  })
}

testUnless(isWindows, 'an extra pipe and stderr, to fds above 2: the child can wait on them', async (t) => {
  const producer = await start(t, 'sh', ['-c', 'read line; echo err >&2; echo three >&3'], {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  })
  const cat = await start(t, 'sh', ['-c', 'cat <&3; cat <&4'], {
    stdio: ['ignore', 'pipe', 'inherit', producer.stderr, producer.stdio[3]],
  })
  // The child reads before there is any data: with a non-blocking pipe, that would be EAGAIN.
  const text = textOf(cat.stdout)
  producer.stdin?.end('\n')
  t.is(await within(10_000, 'the text', text), 'err\nthree\n')
})

testUnless(isWindows, 'in a worker', async (t) => {
  t.is(await within(20_000, 'the lines', message(startWorker(t, 'pipe-between-children'))), '5\n4\n')
})

testUnless(isWindows, 'three children move a GB, none of it through JavaScript', async (t) => {
  const size = 1024 ** 3
  const head = await start(t, 'head', ['-c', String(size), '/dev/zero'])
  const { stdout: first } = head
  const cat = await start(t, 'cat', [], { stdio: [first, 'pipe', 'inherit'] })
  const { stdout: second } = cat
  const wc = await start(t, 'wc', ['-c'], { stdio: [second, 'pipe', 'inherit'] })
  const ended = await within(50_000, 'the count', wc.output())
  t.is(Number(ended.stdout), size)
  t.true((await head.wait()).success)
  t.true((await cat.wait()).success)
  for (const stream of [first, second]) {
    t.is((stream as unknown as { bytesRead: number }).bytesRead, 0)
    t.true(stream?.destroyed)
  }
})

testUnless(
  notLinux,
  'no fd is left: neither of pipelines that ran, nor of those of which a part did not start',
  async (t) => {
    await leavesNothing(t, async () => {
      const yes = await SharedChild.spawn('yes')
      const head = SharedChild.spawnSync('head', ['-n', '1'], { stdio: [yes.stdout, 'pipe', 'pipe'] })
      await head.output()
      await yes.output().catch(() => undefined)
      await yes[Symbol.asyncDispose]()

      const early = await SharedChild.spawn('echo', ['text'])
      await early.wait()
      await t.throwsAsync(SharedChild.spawn('/no/such/program', [], { stdio: [early.stdout] }), { code: 'ENOENT' })
      const wc = await SharedChild.spawn('wc', ['-c'], { stdio: [early.stdout, 'pipe', 'pipe'] })
      t.is(Number((await wc.output()).stdout), 5)
      early.stderr?.destroy()

      const failed = await SharedChild.spawn('echo', ['text'])
      t.throws(() => SharedChild.spawnSync('/no/such/program', [], { stdio: [failed.stdout] }), { code: 'ENOENT' })
      await failed.output()
    })
  },
)
