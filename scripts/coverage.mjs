// npm run coverage: how much of lib/ and src/ the tests run, in percent. It fails if that is less than the floors below.
//   node scripts/coverage.mjs [lib | src]      default: both
// lib/ is measured by V8 and reported by c8, which is installed into .cache at first; src/ is measured by rustc's instrumentation and
// reported by LLVM's own tools. Every process of the tests, children and workers too, writes what it has run when it ends; a process that
// is killed writes nothing. Whether the tests pass is for npm test to say: here only their number is printed.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { aptInstall } from './lib/apt.mjs'
import { failed, heading, runMain, Trouble } from './lib/console.mjs'
import { avaCounts, cargoCounts, sentence } from './lib/counts.mjs'
import { allFallbacks } from './lib/fallbacks.mjs'
import { asAddon, libraryIn } from './lib/native.mjs'
import { npmInstall, toolScript } from './lib/npm-tools.mjs'
import { bin, cache, cargoTarget, inRoot } from './lib/project.mjs'
import { attempt, run, runNode } from './lib/run.mjs'
import { bundleWrapper } from './lib/typescript.mjs'
import { setup } from './setup.mjs'

/** A few percent less than Linux has as root: as somebody else, more tests are skipped. The code of other systems is in lib/ only. */
const floors = {
  lib: { lines: 90, functions: 88, branches: 86 },
  src: { lines: 88, functions: 88, regions: 86 },
}

const c8 = { c8: '12.0.0' }

const folder = join(cache, 'coverage')
const v8 = join(folder, 'v8')
const llvm = join(folder, 'llvm')

/** cargo builds with it, and what is built then writes its counters there: all processes of one program into the same few files. */
const instrumented = {
  RUSTFLAGS: '-C instrument-coverage',
  CARGO_TARGET_DIR: join(cargoTarget, 'coverage'),
  LLVM_PROFILE_FILE: join(llvm, '%4m.profraw'),
}

/**
 * A tool of the LLVM that rustc is built with: rustup has it as a component, Debian as a package.
 * @param {string} name
 */
async function llvmTool(name) {
  const libraries = (await run('rustc', ['--print', 'target-libdir'], { quiet: true })).trim()
  const component = join(libraries, '..', 'bin', name)
  if (existsSync(component)) return component
  const major = /^LLVM version: (\d+)/m.exec(await run('rustc', ['-vV'], { quiet: true }))?.[1]
  const system = `/usr/bin/${name}-${major}`
  if (!existsSync(system)) await aptInstall(`${name} (rustup component add llvm-tools)`, [`llvm-${major}`])
  return system
}

/** @returns {Promise<string[]>} the programs that hold the tests of the core and the binding, after they have run */
async function testCore() {
  heading('cargo test')
  const args = ['test', '--locked', '--no-fail-fast']
  const built = await run('cargo', [...args, '--quiet', '--no-run', '--message-format=json'], {
    env: instrumented,
    quiet: true,
  })
  for (const forced of [{}, allFallbacks]) {
    const outcome = await attempt('cargo', args, { env: { ...instrumented, ...forced }, quiet: true })
    console.log(sentence(cargoCounts(outcome)))
  }
  return [...built.matchAll(/"executable":"(.+?)"/g)].map(([, file = '']) => file)
}

/** @returns {Promise<string>} the addon, under a name by which Node knows it for one */
async function buildAddon() {
  await run('cargo', asAddon, { env: instrumented, quiet: true })
  const addon = join(folder, 'addon.node')
  copyFileSync(libraryIn(join(instrumented.CARGO_TARGET_DIR, 'debug')), addon)
  return addon
}

/**
 * The tests of the package. What V8 has counted in the bundle is told of lib/ through a source map, which is not published.
 * @param {NodeJS.ProcessEnv} env
 */
async function testPackage(env) {
  heading('ava')
  await bundleWrapper({ sourcemap: 'inline' })
  try {
    console.log(sentence(avaCounts(await attempt(process.execPath, [bin('ava'), '--no-color'], { env, quiet: true }))))
  } finally {
    await bundleWrapper()
  }
}

/**
 * @param {string} title
 * @param {Record<string, number>} floor
 * @param {Record<string, number>} reached
 */
function judge(title, floor, reached) {
  for (const [what, percent] of Object.entries(floor)) {
    const has = reached[what] ?? 0
    const line = `${title}: ${has.toFixed(1)} % of the ${what} (at least ${percent} %)`
    if (has >= percent) console.log(`ok      ${line}`)
    else {
      failed(line, 'write a test for what is new, or delete what no test needs')
      process.exitCode = 1
    }
  }
}

/** @param {string} tools the folder that has c8 */
async function reportWrapper(tools) {
  heading('lib/')
  const args = ['report', '--temp-directory', v8, '--reports-dir', folder, '--include', 'dist/**', '--exclude', '']
  await runNode(toolScript(tools, 'c8', 'c8'), [...args, '--reporter', 'text', '--reporter', 'json-summary'])
  const { total } = JSON.parse(readFileSync(join(folder, 'coverage-summary.json'), 'utf8'))
  judge('lib/', floors.lib, mapPercent(total, 'pct'))
}

/** @param {readonly string[]} programs that were instrumented */
async function reportCore([first = '', ...others]) {
  heading('src/')
  const profile = join(folder, 'merged.profdata')
  const raw = readdirSync(llvm).map((name) => join(llvm, name))
  await run(await llvmTool('llvm-profdata'), ['merge', '-sparse', ...raw, '-o', profile], { quiet: true })
  const objects = others.flatMap((file) => ['-object', file])
  const what = [
    first,
    ...objects,
    `-instr-profile=${profile}`,
    '-ignore-filename-regex=tests[.]rs$',
    '-sources',
    inRoot('src'),
  ]
  const cov = await llvmTool('llvm-cov')
  await run(cov, ['report', '-show-branch-summary=false', ...what])
  const json = await run(cov, ['export', '-summary-only', ...what], { quiet: true })
  // Beside it there are warnings of functions that differ from one program to the other, by what is compiled for tests only.
  const { data } = JSON.parse(/^\{.*\}$/m.exec(json)?.[0] ?? '')
  judge('src/', floors.src, mapPercent(data[0].totals, 'percent'))
}

/**
 * @param {Record<string, Record<string, number>>} totals
 * @param {string} key
 */
const mapPercent = (totals, key) =>
  Object.fromEntries(Object.entries(totals).map(([what, numbers]) => [what, numbers[key] ?? 0]))

runMain(async () => {
  const names = process.argv.slice(2)
  const unknown = names.find((name) => !Object.hasOwn(floors, name))
  if (unknown !== undefined) throw new Trouble(`Expected lib or src, got '${unknown}'`)
  const wants = (/** @type {keyof typeof floors} */ name) => names.length === 0 || names.includes(name)
  const tools = wants('lib') ? await npmInstall('c8', c8) : ''
  await setup()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(llvm, { recursive: true })

  const programs = wants('src') ? await testCore() : []
  if (wants('src')) programs.push(await buildAddon())
  const addon = programs.at(-1)
  await testPackage({
    ...(wants('lib') && { NODE_V8_COVERAGE: v8 }),
    ...(addon !== undefined && {
      LLVM_PROFILE_FILE: instrumented.LLVM_PROFILE_FILE,
      NAPI_RS_NATIVE_LIBRARY_PATH: addon,
    }),
  })
  if (wants('lib')) await reportWrapper(tools)
  if (wants('src')) await reportCore(programs)
})
