import type { ExecutionContext } from 'ava'
import type { SharedChild, SpawnOptions } from 'shared-child'
import { start } from './children.js'
import { testUnless } from './skip.js'
import { within } from './within.js'

/** Starts a Node.js child that runs this code, with a channel on fd 3. */
export function talker(t: ExecutionContext, code: string, options: SpawnOptions = {}): Promise<SharedChild> {
  return start(t, process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], ...options })
}

/** Sends every message back; after 'stop' it disconnects, when all messages are written. */
export const ECHO = `process.on('message', (message) => {
  process.send(message, () => { if (message === 'stop') process.disconnect() })
})`

/** For code of a child: `raw(text)` writes these bytes on its channel, fd 3, as libuv would. */
export const RAW = `function raw(text) {
  const data = Buffer.from(text, 'latin1')
  const frame = Buffer.from(Uint32Array.of(1, 0, data.length, 0).buffer)
  require('node:fs').writeSync(3, process.platform === 'win32' ? Buffer.concat([frame, data]) : data)
}`

/** Returns all messages, until the channel is closed. */
export async function all(messages: AsyncIterable<unknown>): Promise<unknown[]> {
  const list: unknown[] = []
  for await (const message of messages) list.push(message)
  return list
}

/** Returns the next message; fails if there is none. */
export async function next(messages: AsyncIterator<unknown>): Promise<unknown> {
  const result = await within(20_000, 'a message', messages.next())
  if (result.done) throw new Error('no more messages')
  return result.value
}

/** A test of channels. */
export function channelTest(title: string, body: (t: ExecutionContext) => Promise<void> | void): void {
  testUnless(false, title, body)
}
