// npm run check:workflows checks whether the workflows are correct (actionlint), safe (zizmor), and run what this repository has. Both tools are
// installed into .cache at first.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { doing, done, runMain, Trouble } from './lib/console.mjs'
import { cache, inRoot, manifest } from './lib/project.mjs'
import { pipInstall } from './lib/python.mjs'
import { attempt, run } from './lib/run.mjs'

const actionlint = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12'
const zizmor = 'zizmor==1.32.0'

const exe = process.platform === 'win32' ? '.exe' : ''

async function installActionlint() {
  const folder = join(cache, 'go', actionlint.slice(actionlint.indexOf('@') + 1))
  const command = join(folder, `actionlint${exe}`)
  if (existsSync(command)) return command
  const { ok } = await attempt('go', ['version'], { quiet: true })
  if (!ok) throw new Trouble('Expected Go on this machine (https://go.dev/dl), to build actionlint')
  doing(`install ${actionlint} into .cache/go`)
  mkdirSync(folder, { recursive: true })
  await run('go', ['install', actionlint], { env: { GOBIN: folder }, quiet: true })
  return command
}

/**
 * The two tools; why they cannot be had on this machine.
 * @returns {Promise<{ actionlint: string, zizmor: string } | string>}
 */
async function tools() {
  try {
    const folder = await pipInstall('zizmor', [zizmor])
    return { actionlint: await installActionlint(), zizmor: join(folder, 'bin', `zizmor${exe}`) }
  } catch (error) {
    if (error instanceof Trouble) return error.message
    throw error
  }
}

/** Checks what the workflows say about this repository: the scripts that they run, and the targets that they build. */
function checkReferences() {
  const folder = inRoot('.github', 'workflows')
  const text = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  const { scripts, napi } = manifest()
  const called = text.flatMap((one) => [...one.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name = '']) => name))
  const unknown = called.filter((name) => !Object.hasOwn(scripts, name))
  if (unknown.length > 0) throw new Trouble(`Expected in package.json what the workflows run: ${unknown.join(', ')}`)

  const addons = readFileSync(join(folder, 'addons.yml'), 'utf8')
  const built = [...addons.matchAll(/\btarget: ([\w-]+)/g)].map(([, target = '']) => target)
  if (built.toSorted().join(' ') !== napi.targets.toSorted().join(' ')) {
    throw new Trouble(`Expected addons.yml to build napi.targets of package.json, got ${built.join(', ')}`)
  }
}

/** @returns {Promise<string | undefined>} why it could not be done */
export async function checkWorkflows() {
  checkReferences()
  const commands = await tools()
  if (typeof commands === 'string') return commands
  // Without other tools that a machine may happen to have, so that the result is the same on all machines.
  await run(commands.actionlint, ['-shellcheck=', '-pyflakes='], { quiet: true })
  await run(commands.zizmor, ['--offline', '--quiet', '--no-progress', '--persona', 'pedantic', '.'], { quiet: true })
  return undefined
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  runMain(async () => {
    const start = performance.now()
    const lacking = await checkWorkflows()
    if (lacking !== undefined) throw new Trouble(lacking)
    done(`workflows (${actionlint.replace(/.*\//, '')}, ${zizmor})`, performance.now() - start)
  })
}
