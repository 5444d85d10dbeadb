import test from 'ava'
import { spawn } from 'shared-child'
import { killAtEnd } from './support/children.js'
import { temporaryDirectory } from './support/files.js'
import { textOf } from './support/text.js'

test('what the caller changes after the call does not reach the child', async (t) => {
  const cwd = temporaryDirectory(t)
  const args = ['-c', 'echo "$1 $KEY $(pwd -P)"', 'sh', 'first']
  const env: Record<string, string> = { KEY: 'first', PATH: process.env['PATH'] ?? '' }
  const stdio: ('pipe' | 'ignore')[] = ['ignore', 'pipe', 'ignore']
  const options = { env, stdio, cwd, argv0: 'sh' }

  const promise = spawn('sh', args, options)
  args[3] = 'second'
  args.length = 0
  env['KEY'] = 'second'
  stdio[1] = 'ignore'
  options.cwd = '/'

  const child = killAtEnd(t, await promise)
  t.is(await textOf(child.stdout), `first first ${cwd}\n`)
  t.deepEqual([...child.spawnargs], ['sh', '-c', 'echo "$1 $KEY $(pwd -P)"', 'sh', 'first'])
  await child.wait()
})
