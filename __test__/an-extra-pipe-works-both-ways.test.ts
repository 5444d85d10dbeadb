import { Duplex } from 'node:stream'
import test from 'ava'
import { SharedChild } from 'shared-child'
import { killAtEnd } from './support/children.js'
import { scriptPath } from './support/scripts.js'
import { textOf } from './support/text.js'

for (const way of ['spawn', 'spawnSync'] as const) {
  test(`${way}: stdio[3] and stdio[5] are duplex streams`, async (t) => {
    const child = killAtEnd(
      t,
      await SharedChild[way](process.execPath, [scriptPath('answer-on-fds'), '3', '5'], {
        stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'ignore', 'pipe'],
      }),
    )
    const three = child.stdio[3]
    const five = child.stdio[5]
    t.is(child.stdio.length, 6)
    t.is(child.stdio[4], null)
    if (!(three instanceof Duplex) || !(five instanceof Duplex)) return t.fail('expected two Duplex streams')
    t.is(child.stdio[3], three, 'the same stream each time')
    three.write('hello\n')
    five.write('world\n')
    t.deepEqual(await Promise.all([textOf(three), textOf(five)]), ['3 got hello\n', '5 got world\n'])
    t.is((await child.wait()).code, 0)
  })
}
