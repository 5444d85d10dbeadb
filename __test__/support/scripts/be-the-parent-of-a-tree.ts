// Starts a tree that ends with this process, prints the pids of what is in it, and then ends in the way it is told; or
// goes on until somebody ends it.
import { Worker, isMainThread, threadId } from 'node:worker_threads'
import { SharedChild, spawn, type SpawnOptions } from 'shared-child'

const [how = '', way = 'spawn'] = process.argv.slice(2)
const TREE = 'sleep 1000 & echo $!; echo $$; wait'
const options: SpawnOptions = { group: true, killOnParentExit: true, stdio: ['ignore', 'inherit', 'inherit'] }

async function start(): Promise<void> {
  if (way === 'spawnSync') SharedChild.spawnSync('sh', ['-c', TREE], options)
  else await spawn('sh', ['-c', TREE], options)
}

/** Resolves when the test has read the pids. */
function end(): void {
  process.stdin.once('data', () => {
    if (how === 'exit') process.exit(0)
    else if (how === 'abort') process.abort()
  })
}

if (way === 'worker' && isMainThread) {
  // The worker ends at once; its child stays for as long as this process.
  new Worker(__filename, { argv: [how, way] }).once('exit', end)
} else {
  void start().finally(threadId === 0 ? end : () => process.exit())
}
