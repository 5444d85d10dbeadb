// Gives its stdin to two children, one after the other, and reads the rest itself.
import { SharedChild } from 'shared-child'

const way = process.argv[2] === 'spawnSync' ? 'spawnSync' : 'spawn'

async function main(): Promise<void> {
  // This process has read its stdin before, and may read it again.
  process.stdin.resume().pause()
  for (const name of ['first', 'second']) {
    const child = await SharedChild[way]('sh', ['-c', `read line; echo "${name} $line"`], {
      stdio: [process.stdin, process.stdout, process.stderr],
    })
    await child.wait()
  }
  console.log('now me')
  for await (const chunk of process.stdin) process.stdout.write(`me ${String(chunk)}`)
}

void main()
