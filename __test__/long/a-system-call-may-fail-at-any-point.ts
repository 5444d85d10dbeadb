// strace makes one system call after the other fail in the spawner threads and the reactor: the first, the second, ... of each kind
// that they use. Each spawn gives the right status or rejects with that very error; no child, no fd and no wait is lost.
//   node build/__test__/long/a-system-call-may-fail-at-any-point.js COUNT        the first COUNT calls of each kind
import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { createInterface } from 'node:readline'
import { spawn } from 'shared-child'
import { childrenOf, openFds } from '../support/proc.js'
import { until, within } from '../support/within.js'
import { longTest } from './support/long-test.js'

/** The errors that each call may really have (man 2). Calls that cannot fail, such as close and rt_sigprocmask, are left out. */
const faults: Record<string, readonly string[]> = {
  pipe2: ['EMFILE', 'ENFILE'],
  socketpair: ['EMFILE', 'ENFILE', 'ENOMEM'],
  openat: ['EMFILE', 'ENFILE', 'ENOMEM'],
  clone: ['EAGAIN', 'ENOMEM'],
  clone3: ['EAGAIN'],
  vfork: ['EAGAIN'],
  pidfd_open: ['EMFILE', 'ENFILE', 'ENOMEM'],
  fcntl: ['EMFILE'],
  epoll_ctl: ['ENOMEM', 'ENOSPC'],
  epoll_pwait: ['EINTR'],
  epoll_wait: ['EINTR'],
  poll: ['EINTR', 'ENOMEM'],
  ppoll: ['EINTR', 'ENOMEM'],
  // The second by a security module, and in the reactor alone: a spawner that cannot reap a failed exec leaves a zombie.
  waitid: ['EINTR', 'EPERM'],
  wait4: ['EINTR'],
  read: ['EINTR'],
  ioctl: ['EINTR'],
}

function threads(kind: 'spawner' | 'reactor'): string[] {
  return fs
    .readdirSync('/proc/self/task')
    .filter((task) =>
      `shared-child ${kind}`.startsWith(fs.readFileSync(`/proc/self/task/${task}/comm`, 'utf8').trimEnd()),
    )
}

longTest(async ({ count, expect }) => {
  const figures = { faults: 0, spawns: 0, rejections: 0 }
  const use = async (what: string, allowed: string | null): Promise<void> => {
    figures.spawns++
    try {
      const missing = figures.spawns % 4 === 0
      const child = await spawn(missing ? '/no/such/program' : 'sh', ['-c', 'echo text; exit 3'], {
        stdio: ['pipe', 'pipe', 'ignore', 'pipe'],
        cwd: '/',
      }).catch((error: NodeJS.ErrnoException) => {
        if (missing && error.code === 'ENOENT') return null
        throw error
      })
      if (child === null) return
      const { status, stdout } = await child.output()
      expect(status.code === 3 && stdout === 'text\n', `${what}: ${JSON.stringify({ status, stdout })}`)
    } catch (error) {
      figures.rejections++
      expect((error as NodeJS.ErrnoException).code === allowed, `${what}: ${String(error)}`)
    }
  }
  const four = (what: string, allowed: string | null): Promise<unknown> =>
    within(20_000, what, Promise.all(Array.from({ length: 4 }, () => use(what, allowed))))

  await four('before all', null)
  await four('before all', null)
  const reactor = threads('reactor')
  const all = [...threads('spawner'), ...reactor]
  const fds = openFds().length
  for (const [call, errors] of Object.entries(faults)) {
    for (const error of errors) {
      for (let when = 1; when <= count; when++) {
        const what = `${error} from ${call} number ${when}`
        const traced = error === 'EPERM' ? reactor : all
        const args = traced.flatMap((thread) => ['-p', thread])
        const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:error=${error}:when=${when}`]
        const strace = nodeSpawn('strace', ['-o', '/dev/null', ...inject, ...args], {
          stdio: ['ignore', 'ignore', 'pipe'],
        })
        const left = once(strace, 'exit')
        const attached = once(createInterface({ input: strace.stderr }), 'line')
        const [line] = (await within(20_000, 'strace', Promise.race([attached, left]))) as [unknown]
        // Not every machine has every call: only x86 has vfork and poll.
        if (!String(line).includes('attached')) continue
        figures.faults++
        await four(what, error)
        strace.kill('SIGINT')
        await within(20_000, 'the end of strace', left)
        await until(`${what}: no child is left`, () => childrenOf().length === 0)
        await until(`${what}: no fd is left`, () => openFds().length <= fds).catch((e: Error) =>
          expect(false, `${e.message} ${openFds().join()}`),
        )
      }
    }
  }
  await four('after all', null)
  return figures
})
