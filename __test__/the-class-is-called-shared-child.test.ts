import test from 'ava'
import { SharedChild } from 'shared-child'
import { start } from './support/children.js'

test('itself, and for its instances', async (t) => {
  t.is(SharedChild.name, 'SharedChild')
  const child = await start(t, 'true')
  t.is(child.constructor, SharedChild)
  t.is(SharedChild.attach(child.share()).constructor.name, 'SharedChild')
  t.true(child instanceof SharedChild)
})
