import { constants } from 'node:buffer'
import test from 'ava'
import { spawn, type ExitStatus } from 'shared-child'
import { rejection } from './support/failures.js'

interface TooLong {
  code: string
  stdout: unknown
  stderr: unknown
  status: ExitStatus
}

/** With the encoding 'hex', which doubles the length. */
const tooMany = Math.floor(constants.MAX_STRING_LENGTH / 2) + 1
const command = ['-c', `head -c ${tooMany} /dev/zero; echo err >&2; exit 3`]

test.serial('the error has the bytes and the status', async (t) => {
  const child = await spawn('sh', command)
  const error = (await rejection(t, () => child.output({ encoding: 'hex', maxBuffer: Infinity }))) as unknown as TooLong
  t.is(error.code, 'ERR_STRING_TOO_LONG')
  t.true(Buffer.isBuffer(error.stdout))
  t.is((error.stdout as Buffer).length, tooMany)
  t.deepEqual(error.stderr, Buffer.from('err\n'))
  t.is(error.status.code, 3)
})

test.serial('nor does what is over maxBuffer and too long for a string as well', async (t) => {
  const child = await spawn('sh', ['-c', 'head -c 400000000 /dev/zero'])
  const options = { encoding: 'hex', maxBuffer: tooMany } as const
  const error = (await rejection(t, () => child.output(options))) as unknown as TooLong
  t.is(error.code, 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
  t.is((error.stdout as Buffer).length, tooMany)
})
