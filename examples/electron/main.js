// The main process: starts jobs, sends what they print to the window, and ends them before the app ends.
const path = require('node:path')
const { createInterface } = require('node:readline')
const { app, BrowserWindow, ipcMain } = require('electron')
const { spawn } = require('shared-child')

/** The running jobs. @type {Set<import('shared-child').SharedChild>} */
const jobs = new Set()

/**
 * Starts a job of this app in Electron's own executable, which contains a Node, because the user's machine may have none. The
 * app also controls what the job starts; if the app crashes, the kernel ends all of it.
 */
async function start() {
  const job = await spawn(process.execPath, [path.join(__dirname, 'job.js')], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    group: true,
    killOnParentExit: true,
  })
  jobs.add(job)
  return job
}

/** Reports every line that a job prints, and finally how it ended. */
async function show(job, page) {
  const send = (text) => {
    if (!page.isDestroyed()) page.send('line', job.pid, text)
  }
  const sendLines = async (input) => {
    for await (const line of createInterface({ input })) send(line)
  }
  await Promise.all([job.stdout, job.stderr].map(sendLines))
  const { code, signal } = await job.wait()
  jobs.delete(job)
  send(`ended: ${signal ?? `code ${code}`}`)
}

/** Asks a job and what it has started to end, and waits; after two seconds, it kills what is left. */
function stop(job) {
  return job.terminate({ grace: 2000 })
}

ipcMain.handle('start', async ({ sender }) => {
  const job = await start()
  void show(job, sender)
  return job.pid
})

ipcMain.handle('stop', async (_event, pid) => {
  const job = [...jobs].find((one) => one.pid === pid)
  if (job !== undefined) await stop(job)
})

// The app ends when its last job has ended. Then before-quit comes again, with nothing left to do.
app.on('before-quit', (event) => {
  if (jobs.size === 0) return
  event.preventDefault()
  const stopping = [...jobs]
  for (const job of stopping) jobs.delete(job)
  void Promise.allSettled(stopping.map(stop)).then(() => app.quit())
})

void app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: 640,
    height: 480,
    webPreferences: {
      preload: path.join(__dirname, 'preload.js'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
    },
  })
  return window.loadFile(path.join(__dirname, 'index.html'))
})
