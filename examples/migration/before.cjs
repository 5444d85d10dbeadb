// Runs the tasks of a project one after the other, with node:child_process: their lines come with a prefix, a task that takes too long
// ends with everything that it has started, one that fails is tried again, and a worker is asked by messages. after.cjs does the same.
const { fork, spawn } = require('node:child_process')
const { createInterface } = require('node:readline')

const tasks = [
  { name: 'lint', script: 'echo checked 3 files' },
  { name: 'build', script: 'echo compiling; echo "a.c: no such file" >&2; exit 2', tries: 2 },
  { name: 'test', script: 'sleep 1000 & sleep 1000', timeout: 500 },
]

function killTree(child, signal) {
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

function runOnce({ name, script, timeout }) {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let late = false
    let lastError = ''
    let killTimer
    const timer =
      timeout &&
      setTimeout(() => {
        late = true
        killTree(child, 'SIGTERM')
        killTimer = setTimeout(() => killTree(child, 'SIGKILL'), 5000)
      }, timeout)
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => console.log(`[${name}] ${line}`))
    child.stderr.setEncoding('utf8')
    child.stderr.on('data', (text) => {
      lastError = (lastError + text).slice(-1000)
    })
    child.on('error', (error) => {
      clearTimeout(timer)
      clearTimeout(killTimer)
      reject(error)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      clearTimeout(killTimer)
      if (late) reject(new Error(`timeout after ${timeout} ms`))
      else if (code !== 0) reject(new Error(`${signal ?? `exit code ${code}`}: ${lastError.trim()}`))
      else resolve()
    })
  })
}

async function runTask(task) {
  const { name, tries = 1 } = task
  for (let left = tries; left > 0; left--) {
    try {
      await runOnce(task)
      console.log(`[${name}] done`)
      return true
    } catch (error) {
      console.log(`[${name}] failed: ${error.message}`)
    }
  }
  return false
}

function askWorker(question) {
  return new Promise((resolve, reject) => {
    const worker = fork(require.resolve('./worker.cjs'))
    let answer
    worker.on('message', (message) => {
      answer = message
      worker.disconnect()
    })
    worker.on('error', reject)
    worker.on('exit', (code) => {
      if (code === 0) resolve(answer)
      else reject(new Error(`the worker ended with ${code}`))
    })
    worker.send(question, (error) => {
      if (error) reject(error)
    })
  })
}

async function main() {
  let failed = 0
  for (const task of tasks) {
    if (!(await runTask(task))) failed++
  }
  const { total } = await askWorker({ numbers: [1, 2, 3] })
  console.log(`the worker says ${total}`)
  console.log(`${tasks.length - failed} of ${tasks.length} tasks succeeded`)
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
