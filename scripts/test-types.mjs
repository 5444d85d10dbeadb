// npm run test:types checks the types of the packed package with the oldest to the newest TypeScript, with each @types/node and
// with none. All of these come from npm into .cache/tools.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runMain, Trouble } from './lib/console.mjs'
import { checks, checkVersions, conclude } from './lib/counts.mjs'
import { npmInstall, toolScript } from './lib/npm-tools.mjs'
import { pack } from './lib/packages.mjs'
import { inRoot } from './lib/project.mjs'
import { attempt, npm } from './lib/run.mjs'
import { setup } from './setup.mjs'

const supported = ['5.4.5', '5.9.3', '6.0.3', '7.0.2']
const nodeTypes = ['18.19.130', '20.19.43', '22.20.5', '24.19.2', '26.6.6']

/** The same program as an ES module and as CommonJS. */
const files = ['types.mts', 'types.cts']

/** The configuration of a program that imports nothing but the drop-in for child_process, and nothing of Node. */
const dropIn = 'tsconfig.drop-in.json'

/** The configuration of a program with the types of the DOM, as in Electron. */
const withDom = 'tsconfig.dom.json'

/** @param {readonly string[]} errors */
function expectNone(errors) {
  if (errors.length > 0) throw new Trouble(errors.join('\n'))
}

/** Makes a project that has installed the package, but not the addon, which has no types. */
async function makeProject() {
  const project = mkdtempSync(join(tmpdir(), 'shared-child-types-'))
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n')
  const { tarball } = await pack(inRoot(), project)
  await npm(['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: project, quiet: true })
  for (const file of files) copyFileSync(inRoot('scripts', 'packed', 'types.ts.txt'), join(project, file))
  // skipLibCheck is false, which is the default, so that our declarations are checked, too.
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022', 'esnext.disposable'],
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const dom = { ...compilerOptions, lib: [...compilerOptions.lib, 'dom'], skipLibCheck: true }
  writeFileSync(join(project, withDom), JSON.stringify({ compilerOptions: dom, files }))
  writeFileSync(
    join(project, 'drop-in.mts'),
    "import { exec } from 'shared-child/child_process'\nexec('ls', { group: true })\n",
  )
  writeFileSync(join(project, dropIn), JSON.stringify({ compilerOptions, files: ['drop-in.mts'] }))
  return project
}

/**
 * What a compiler has against our types and the program: @types/node itself may be too new for it.
 * @param {string} project
 * @param {string} tsc
 */
async function errorsOf(project, tsc, config = 'tsconfig.json') {
  const args = [tsc, '-p', join(project, config), '--pretty', 'false']
  const { ok, output } = await attempt(process.execPath, args, { cwd: project, quiet: true })
  const errors = output.split('\n').filter((line) => /\berror TS\d+:/.test(line))
  if (!ok && errors.length === 0) throw new Trouble(output)
  return errors.filter((line) => !line.includes('node_modules/@types/node/'))
}

/**
 * @param {string} project
 * @param {string | undefined} version none: it is not installed
 */
async function installNodeTypes(project, version) {
  const link = join(project, 'node_modules', '@types', 'node')
  rmSync(link, { force: true })
  if (version === undefined) return
  const tools = await npmInstall(`types-node-${version}`, { '@types/node': version })
  mkdirSync(join(link, '..'), { recursive: true })
  symlinkSync(join(tools, 'node_modules', '@types', 'node'), link, 'junction')
}

/**
 * @param {readonly string[]} compilers
 * @returns {Promise<import('./lib/counts.mjs').Counts>}
 */
async function testTypes(compilers) {
  const { check, counts } = checks()
  const project = await makeProject()
  const stated = { TypeScript: supported.join(', '), '@types/node': nodeTypes.join(', ') }
  await checkVersions(check, readFileSync(inRoot('docs', 'bundlers.md'), 'utf8'), stated)
  try {
    for (const compiler of compilers) {
      const folder = await npmInstall(`typescript-${compiler}`, { typescript: compiler })
      const tsc = toolScript(folder, 'typescript', 'tsc')
      for (const version of nodeTypes) {
        await installNodeTypes(project, version)
        await check(`TypeScript ${compiler}, @types/node ${version}`, async () =>
          expectNone(await errorsOf(project, tsc)),
        )
      }
      await check(`TypeScript ${compiler}, with the types of the DOM`, async () =>
        expectNone(await errorsOf(project, tsc, withDom)),
      )
      await check(`TypeScript ${compiler}, the drop-in alone`, async () =>
        expectNone(await errorsOf(project, tsc, dropIn)),
      )
      await installNodeTypes(project, undefined)
      await check(`TypeScript ${compiler}, without @types/node: an error says what to install`, async () => {
        const errors = await errorsOf(project, tsc)
        if (!errors.some((line) => line.includes('npm i --save-dev @types/node'))) throw new Trouble(errors.join('\n'))
      })
    }
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
  return counts
}

runMain(async () => {
  await setup()
  const wanted = process.argv.slice(2)
  conclude([{ name: 'types', counts: await testTypes(wanted.length === 0 ? supported : wanted) }])
})
