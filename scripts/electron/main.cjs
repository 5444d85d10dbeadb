// Runs inside a packaged app, before the example's own main.js: checks the package, then uses the window as a person would.
// Prints a line for each check, 'ok' or 'FAILED'; the last job is left running, and ends with the app.
const { spawn: nodeSpawn } = require('node:child_process')
const { once } = require('node:events')
const { join } = require('node:path')
const { app, BrowserWindow, utilityProcess } = require('electron')
const { spawn } = require('shared-child')

app.disableHardwareAcceleration()

/** @param {boolean} holds @param {string} what */
function expect(holds, what) {
  if (!holds) throw new Error(what)
}

/** Returns what a process prints until its end. @param {{ stdout: import('node:stream').Readable }} process */
async function outputOf({ stdout }) {
  let text = ''
  for await (const chunk of stdout) text += String(chunk)
  return text
}

const smokeTest = join(__dirname, 'smoke.js')

/** It runs `sh`, `sleep` and `cat`. */
const noSmoke = process.platform === 'win32'

/** Waits until the page contains the text. @param {RegExp} text @returns {Promise<string>} */
function pageSays(text) {
  const [window] = BrowserWindow.getAllWindows()
  return window.webContents.executeJavaScript(`new Promise((resolve) => {
    const log = document.querySelector('#log')
    const look = () => ${text}.test(log.textContent) && resolve(log.textContent)
    new MutationObserver(look).observe(log, { childList: true, characterData: true, subtree: true })
    look()
  })`)
}

/** @param {string} id */
const click = (id) => BrowserWindow.getAllWindows()[0].webContents.executeJavaScript(`${id}.click()`)

/** @type {Record<string, () => Promise<void> | void>} */
const checks = {
  'the addon is loaded from app.asar.unpacked': () => {
    const { sharedObjects } = process.report.getReport()
    const addons = sharedObjects.filter((/** @type {string} */ file) => /shared-child[^/\\]*\.node$/.test(file))
    expect(__dirname.endsWith('app.asar'), __dirname)
    expect(addons.length === 1 && addons[0].includes('app.asar.unpacked'), `loaded: ${addons.join(', ') || 'a copy'}`)
  },
  'bytes that were left in a pipe come through the memory cage': async () => {
    const child = await spawn(process.execPath, ['-e', 'process.stdout.write(Buffer.alloc(9999, 7))'], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    })
    await child.wait()
    const { stdout } = await child.output({ encoding: 'buffer' })
    expect(stdout.equals(Buffer.alloc(9999, 7)), `${stdout.length} bytes`)
  },
  'the smoke test, in Electron as Node': async () => {
    if (noSmoke) return
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
    // One that hangs would hold the output of this process open for ever.
    const options = { env, stdio: ['ignore', 'pipe', 'inherit'], timeout: 45_000 }
    const text = await outputOf(nodeSpawn(process.execPath, [smokeTest], options))
    expect(text === 'ok\n', text)
  },
  'the smoke test, in a utility process': async () => {
    if (noSmoke) return
    const utility = utilityProcess.fork(smokeTest, [], { stdio: ['ignore', 'pipe', 'inherit'] })
    // Such a process does not end by itself, and its stdout has no end.
    const [text] = await once(utility.stdout, 'data')
    utility.kill()
    await once(utility, 'exit')
    expect(String(text) === 'ok\n', String(text))
  },
  'the window shows what a job prints': async () => {
    await click('start')
    await pageSays(/line 2/)
  },
  'a button stops it': async () => {
    await click('stop')
    await pageSays(/ended: /)
  },
  'another job runs when the app quits': async () => {
    await click('start')
    const log = await pageSays(/ended[^]*: line 1\n/)
    console.log(`left running: ${/(\d+): line 1\n$/.exec(log)?.[1]}`)
  },
}

async function main() {
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check()
      console.log(`ok ${name}`)
    } catch (error) {
      console.log(`FAILED ${name}: ${String(error)}`)
    }
  }
  app.quit()
}

// The tests do not wait for a check that hangs, or for a quit that never comes.
setTimeout(() => {
  console.log('FAILED to end within a minute')
  app.exit(1)
}, 60_000).unref()

app.once('browser-window-created', (_event, window) => window.webContents.once('did-finish-load', () => void main()))
module.exports = require('./main.js')
