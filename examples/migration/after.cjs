// What before.cjs does, with shared-child.
const { text } = require('node:stream/consumers')
const { spawn } = require('shared-child')

const tasks = [
  { name: 'lint', script: 'echo checked 3 files' },
  { name: 'build', script: 'echo compiling; echo "a.c: no such file" >&2; exit 2', tries: 2 },
  { name: 'test', script: 'sleep 1000 & sleep 1000', timeout: 500 },
]

async function runOnce({ name, script, timeout }) {
  const child = await spawn('sh', ['-c', script], { group: true, timeout, stdio: ['ignore', 'pipe', 'pipe'] })
  const errors = text(child.stderr)
  for await (const line of child.lines()) console.log(`[${name}] ${line}`)
  const { cause, code, signal, success } = await child.wait()
  if (cause === 'timeout') throw new Error(`timeout after ${timeout} ms`)
  if (!success) throw new Error(`${signal ?? `exit code ${code}`}: ${(await errors).slice(-1000).trim()}`)
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

async function askWorker(question) {
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc']
  const worker = await spawn(process.execPath, [require.resolve('./worker.cjs')], { stdio })
  await worker.send(question)
  for await (const answer of worker.messages()) {
    worker.disconnect()
    const { code } = await worker.wait()
    if (code !== 0) throw new Error(`the worker ended with ${code}`)
    return answer
  }
  throw new Error('the worker ended without an answer')
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
