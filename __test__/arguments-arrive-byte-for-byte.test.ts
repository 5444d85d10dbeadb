import test from 'ava'
import { spawn } from 'shared-child'
import { killAtEnd, start } from './support/children.js'
import { isWindows, testUnless } from './support/skip.js'
import { textOf } from './support/text.js'

const awkward = [
  '',
  ' ',
  'a b',
  '"',
  "'",
  '\\',
  '$HOME',
  '`id`',
  '*',
  '-n',
  '--',
  'line\nbreak',
  '\t',
  'ünï©ødé',
  '日本語',
  '🦀',
  '\u0001',
]

for (const way of ['spawn', 'spawnSync'] as const) {
  test(`${way}: every argument is one argument of the child, unchanged`, async (t) => {
    const args = ['-c', 'for a do printf "%s\\0" "$a"; done', 'sh', ...awkward]
    const { SharedChild } = await import('shared-child')
    const child = killAtEnd(t, await SharedChild[way]('sh', args))
    t.deepEqual((await textOf(child.stdout)).split('\0').slice(0, -1), awkward)
  })
}

test('environment values arrive unchanged', async (t) => {
  const env = Object.fromEntries(awkward.map((value, i) => [`KEY_${i}`, value]))
  const child = await start(t, 'env', ['-0'], { env })
  const seen = (await textOf(child.stdout))
    .split('\0')
    // Windows programs also get the variables that they cannot do without.
    .filter((entry) => entry.startsWith('KEY_'))
    .sort()
  t.deepEqual(
    seen,
    Object.entries(env)
      .map(([key, value]) => `${key}=${value}`)
      .sort(),
  )
})

testUnless(isWindows, 'a hundred thousand short arguments arrive', async (t) => {
  const child = killAtEnd(t, await spawn('sh', ['-c', 'echo $#', 'sh', ...Array.from({ length: 100_000 }, () => 'x')]))
  t.is(await textOf(child.stdout), '100000\n')
})
