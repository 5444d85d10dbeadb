import test from 'ava'
import { SharedChild } from 'shared-child'
import { sleeper } from './support/children.js'
import { thrown } from './support/failures.js'
import { runScript } from './support/scripts.js'

const attach = (token: unknown): unknown => SharedChild.attach(token as never)

test.serial('a made-up token', async (t) => {
  const child = await sleeper(t)
  const { sharedChild } = child.share()
  t.is(SharedChild.attach({ sharedChild }).pid, child.pid)

  const [nonce = '', id = ''] = sharedChild.split(':')
  const forged = [
    '',
    ':',
    'x',
    '1',
    `${child.pid}`,
    `:${id}`,
    id,
    `${nonce}:`,
    nonce,
    `${nonce}:0`,
    `${nonce}:-1`,
    `${nonce}:999999999`,
    `${nonce}:${id}0`,
    `${nonce}:${id} `,
    ` ${sharedChild}`,
    `${nonce}:${id}:`,
    `${nonce}:+${id}`,
    `${nonce}:0${id}`,
    `${nonce}:1e0`,
    `${nonce}:0x1`,
    `${nonce}:18446744073709551616`,
    `${nonce}x:${id}`,
    `${'0'.repeat(nonce.length)}:${id}`,
    `${nonce}:${id}\0`,
  ]
  for (const token of forged)
    t.is(thrown(t, () => attach({ sharedChild: token })).code, 'ERR_CHILD_GONE', JSON.stringify(token))
  t.is(child.tryWaitSync(), null, 'nobody touched the child')
})

test.serial('what is no token at all is a TypeError', (t) => {
  for (const token of [
    undefined,
    null,
    5,
    'x',
    {},
    [],
    { sharedChild: 5 },
    { sharedChild: null },
    { sharedChild: {} },
  ]) {
    const error = thrown(t, () => attach(token))
    t.true(error instanceof TypeError, String(error))
    t.is(error.code, 'ERR_INVALID_ARG_TYPE', JSON.stringify(token))
  }
})

test.serial('a token of another process', async (t) => {
  const host = runScript(t, 'share-and-wait-for-stdin')
  const { token, pid } = JSON.parse(await host.line()) as { token: { sharedChild: string }; pid: number }
  t.is(thrown(t, () => attach(token)).code, 'ERR_CHILD_GONE')
  host.process.stdin.write(JSON.stringify({ sharedChild: (await sleeper(t)).share().sharedChild }) + '\n')
  t.is(await host.line(), 'ERR_CHILD_GONE')
  host.process.stdin.end()
  t.is((await host.ended).code, 0)
  t.true(pid > 0)
})
