// Uses a channel in one of several ways, and says when this process ends.
import fs from 'node:fs'
import { spawn, type SharedChild } from 'shared-child'

const say = (line: string): void => void fs.writeSync(1, `${line}\n`)
/** Reads this process's own stdin, so that the test decides when it goes on. It ends with its channel. */
const CODE = `
  process.send('early')
  require('node:fs').readSync(0, Buffer.alloc(1))
  process.send('answer')
  process.on('message', () => {})`

async function answer(child: SharedChild): Promise<void> {
  for await (const message of child.messages()) if (message === 'answer') break
  say('answered')
  child.disconnect()
}

const LARGE = 'x'.repeat(1 << 22)

const ways: Record<string, (child: SharedChild) => unknown> = {
  messages: (child) => void answer(child),
  'unref, send': (child) =>
    void child
      .unref()
      .send(LARGE)
      .then(() => say('answered')),
  'unref, messages, ref': (child) => {
    child.unref()
    void answer(child)
    child.ref()
  },
  unref: (child) => child.unref(),
  'unref, messages': (child) => {
    void answer(child)
    child.unref()
  },
  'unref, sent': (child) => child.unref().send('short'),
  'unref, left loop': async (child) => {
    for await (const message of child.messages()) if (message === 'early') break
    child.unref()
  },
}

async function main(): Promise<void> {
  const child = await spawn(process.execPath, ['-e', CODE], {
    stdio: ['inherit', 'ignore', 'inherit', 'ipc'],
    killOnParentExit: false,
  })
  process.on('exit', () => say('gone'))
  await ways[process.argv[2] ?? '']?.(child)
  say('started')
}

void main()
