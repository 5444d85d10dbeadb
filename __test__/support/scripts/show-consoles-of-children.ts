// Reports whether its children have a console, from a process that has none ("detached") or one without a window
// ("windowsHide"). Whether it has one itself depends on its parent, so it starts itself again.
import { spawn as nodeSpawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { spawn, type SpawnOptions } from 'shared-child'
import { execFile } from 'shared-child/child_process'

export interface Told {
  readonly byDefault: string
  readonly withAnFd: string
  readonly hide: string
  readonly show: string
  readonly ofChildProcess: { readonly hide: string; readonly show: string }
  readonly replaced: Told['ofChildProcess']
}

async function said(options: SpawnOptions): Promise<string> {
  const { stdout } = await (await spawn('console', [], options)).output()
  return stdout.trim()
}

async function saidIntoAFile(): Promise<string> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'shared-child-'))
  const fd = fs.openSync(path.join(directory, 'said'), 'w+')
  try {
    await (await spawn('console', [], { stdio: ['ignore', fd, 'ignore'] })).wait()
    return fs.readFileSync(path.join(directory, 'said'), 'utf8').trim()
  } finally {
    fs.closeSync(fd)
    fs.rmSync(directory, { recursive: true })
  }
}

const saidToChildProcess = (windowsHide: boolean): string =>
  spawnSync('console', [], { encoding: 'utf8', windowsHide }).stdout.trim()

const saidToTheReplacement = (windowsHide: boolean): Promise<string> =>
  new Promise((resolve) => execFile('console', [], { windowsHide }, (_, stdout) => resolve(stdout.trim())))

async function tell(): Promise<void> {
  const told: Told = {
    byDefault: await said({}),
    withAnFd: await saidIntoAFile(),
    hide: await said({ windowsHide: true }),
    show: await said({ windowsHide: false }),
    ofChildProcess: { hide: saidToChildProcess(true), show: saidToChildProcess(false) },
    replaced: { hide: await saidToTheReplacement(true), show: await saidToTheReplacement(false) },
  }
  process.stdout.write(JSON.stringify(told))
}

const [how] = process.argv.slice(2)
if (how === undefined) {
  void tell()
} else {
  const host = nodeSpawn(process.execPath, [__filename], { [how]: true, stdio: ['ignore', 'pipe', 'pipe'] })
  host.stdout.pipe(process.stdout)
  host.stderr.pipe(process.stderr)
}
