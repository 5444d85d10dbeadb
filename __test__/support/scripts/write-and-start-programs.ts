// Four workers, each of which writes programs and starts them at once. Reports how each of them ended.
import fs from 'node:fs'
import path from 'node:path'
import { Worker, isMainThread, parentPort } from 'node:worker_threads'
import { spawn } from 'shared-child'

const [folder = '', count = ''] = process.argv.slice(2)
const WORKERS = 4
const SIDE_BY_SIDE = 4

async function work(name: string): Promise<Record<string, number>> {
  const ends: Record<string, number> = {}
  let next = 0
  const job = async (): Promise<void> => {
    while (next < Number(count)) {
      const file = path.join(folder, `${name}-${next++}`)
      if (next % 2 === 0) fs.writeFileSync(file, '#!/bin/sh\nexit 7\n', { mode: 0o755 })
      else await fs.promises.writeFile(file, '#!/bin/sh\nexit 7\n', { mode: 0o755 })
      const end = await spawn(file, { stdio: 'ignore' }).then(
        async (child) => String((await child.wait()).code),
        (error: NodeJS.ErrnoException) => error.code ?? String(error),
      )
      ends[end] = (ends[end] ?? 0) + 1
      fs.unlinkSync(file)
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, job))
  return ends
}

if (isMainThread) {
  const workers = Array.from({ length: WORKERS }, (_, i) => {
    const worker = new Worker(__filename, { argv: [folder, count, String(i)] })
    return new Promise<Record<string, number>>((resolve, reject) =>
      worker.once('message', resolve).once('error', reject),
    )
  })
  void Promise.all(workers).then((all) => console.log(JSON.stringify(all)))
} else {
  void work(process.argv[4]!).then((ends) => parentPort!.postMessage(ends))
}
