import { report, runHost, runScript, scriptPath } from './support/scripts.js'
import type { Told } from './support/scripts/show-consoles-of-children.js'
import { missing, notWindows, testUnless } from './support/skip.js'

/** The program itself decides about its windows: 10 is SW_SHOWDEFAULT, 0 would be SW_HIDE. */
const hidden = 'own console, window false, show 10'

const needed = notWindows || missing('console.exe')

testUnless(needed, 'a process without a console (like Electron) shows none, unless it is told to', async (t) => {
  const host = runHost(t, [process.execPath, scriptPath('show-consoles-of-children'), 'detached'])
  const { byDefault, withAnFd, hide, show, ofChildProcess, replaced } = await report<Told>(t, host)
  t.is(byDefault, hidden)
  t.is(withAnFd, hidden)
  t.is(hide, 'own console, window false, show 0')
  t.is(show, ofChildProcess.show)
  t.deepEqual(replaced, ofChildProcess, 'the replacement of child_process does as that does')
})

testUnless(needed, 'a process with a console shares it, as in child_process', async (t) => {
  const host = runHost(t, [process.execPath, scriptPath('show-consoles-of-children'), 'windowsHide'])
  const { byDefault, hide, show, ofChildProcess, replaced } = await report<Told>(t, host)
  t.regex(byDefault, /^shared console/)
  t.is(byDefault, ofChildProcess.show)
  t.is(hide, ofChildProcess.hide)
  t.is(show, ofChildProcess.show)
  t.deepEqual(replaced, ofChildProcess, 'the replacement of child_process does as that does')
})

// A process that Wine starts for a Unix program has no console; its children have none either, unless they ask for one.
testUnless(needed, 'a process as it is here', async (t) => {
  const { byDefault, withAnFd, show, ofChildProcess, replaced } = await report<Told>(
    t,
    runScript(t, 'show-consoles-of-children'),
  )
  const expected = ofChildProcess.show.startsWith('shared') ? ofChildProcess.show : hidden
  t.is(byDefault, expected)
  t.is(withAnFd, expected)
  t.is(show, ofChildProcess.show)
  t.deepEqual(replaced, ofChildProcess, 'the replacement of child_process does as that does')
})
