import childProcess from 'node:child_process'
import { SharedChild, spawn } from 'shared-child'

/** Returns the error of a call as plain data. */
async function failureOf(call: () => unknown): Promise<object | null> {
  try {
    await call()
    return null
  } catch (error) {
    const { name, message } = error as Error
    return Object.assign({}, error, { name, message })
  }
}

async function main(): Promise<void> {
  console.log(
    JSON.stringify({
      spawn: await failureOf(async () => (await spawn('true')).wait()),
      spawnSync: await failureOf(() => SharedChild.spawnSync('true').waitSync()),
      childProcess: await failureOf(() => childProcess.spawnSync('true')),
    }),
  )
}

void main()
