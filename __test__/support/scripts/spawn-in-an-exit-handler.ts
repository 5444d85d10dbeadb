import { SharedChild } from 'shared-child'

process.on('exit', () => {
  const child = SharedChild.spawnSync('sh', ['-c', 'echo from the child; exit 3'], { stdio: 'inherit' })
  process.exitCode = child.waitSync().code ?? 100
})
