// npm run test:peers [NAME...] runs the tests of other projects with this package in the place of child_process.
//   node-20 node-22 node-24 node-26   Node's own tests that start children; quick: only those of child_process, on Node 22
//   node-22-workers   those of child_process once more, each in a worker
//   cross-spawn execa nano-spawn simple-git tinyexec   the tests of packages that are built on child_process
// All of them take hours, quick takes a minute. Their sources are put into .cache/peers; none of them is committed.
//
// tests/peers has a list for each: how many tests there are, which of them also fail without this package, and which fail only with it, each
// with a reason. If any other test fails, the run fails; it also fails if a test passes that should fail according to the list.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { done, failed, runMain, skipped, Trouble } from './lib/console.mjs'
import { chooseTests, getTests, nodeOf, passes, versions } from './lib/node-tests.mjs'
import { download, executable } from './lib/npm-tools.mjs'
import { cache, inRoot } from './lib/project.mjs'
import { getSuite, passesAlone, runSuite, suites } from './lib/suites.mjs'
import { setup } from './setup.mjs'

const hook = join(cache, 'peers', 'register.cjs')

/**
 * @typedef {object} List
 * @property {Record<string, number>} tests how many there are, of each kind
 * @property {Record<string, string[]>} without the tests that may also fail without this package, by the reason
 * @property {Record<string, string[]>} with the tests that fail only with this package, by the reason
 */

/**
 * @param {Record<string, string[]>} byReason
 * @param {string} test
 */
const includes = (byReason, test) => Object.values(byReason).some((tests) => tests.includes(test))

class Judge {
  #name
  /** @type {List} */
  #list
  #start = performance.now()
  #passed = 0
  #outside = 0
  #ours = 0

  /** @param {string} name of the list */
  constructor(name) {
    this.#name = name
    this.#list = JSON.parse(readFileSync(inRoot('tests', 'peers', `${name}.json`), 'utf8'))
  }

  /**
   * @param {string} test
   * @param {boolean} passing with ours
   * @param {() => boolean | Promise<boolean>} passesWithout
   */
  async judge(test, passing, passesWithout) {
    const isKnown = includes(this.#list.with, test)
    if (passing) {
      this.#passed += 1
      if (isKnown) this.#fail(test, 'passes: take it out of the list')
    } else if (isKnown) this.#ours += 1
    else if (await passesWithout()) this.#fail(test, 'fails, and passes without ours')
    else if (includes(this.#list.without, test)) this.#outside += 1
    else this.#fail(test, 'fails, without ours, too, for which the list has no reason')
  }

  /**
   * @param {number} found
   * @param {readonly string[]} kinds
   */
  end(found, kinds) {
    const expected = kinds.reduce((sum, kind) => sum + (this.#list.tests[kind] ?? 0), 0)
    if (found < expected || found === 0) this.#fail('the number of tests', `Expected ${expected} or more, got ${found}`)
    done(
      `${this.#name}: of ${found} tests ${this.#passed} pass, ${this.#outside} fail without ours, too, ${this.#ours} are known to fail with it alone`,
      performance.now() - this.#start,
    )
  }

  /**
   * @param {string} test
   * @param {string} how
   */
  #fail(test, how) {
    process.exitCode = 1
    failed(test, `${how} (tests/peers/${this.#name}.json)`)
  }
}

/**
 * The tests in test/parallel run a few at a time. A failure of one of these counts only if the test also fails when it runs alone.
 * @param {string} name of the list
 * @param {boolean} quick
 */
async function nodesOwn(name, quick) {
  if (!(await getTests(name))) {
    skipped(`the tests of ${name}`, "need curl and a mirror of Debian's, or git and Node's repository")
    return
  }
  await download(nodeOf(name))
  const judge = new Judge(name)
  const tests = chooseTests(name, quick)
  const together = tests.filter((test) => test.startsWith('parallel/'))
  const alone = new Set(tests.filter((test) => !together.includes(test)))
  const work = async (/** @type {number} */ slot) => {
    for (let test = together.shift(); test !== undefined; test = together.shift()) {
      if (await passes(name, test, slot, hook)) await judge.judge(test, true, () => true)
      else alone.add(test)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, (_, slot) => work(slot)))
  for (const test of alone) {
    const passing = await passes(name, test, 0, hook)
    if (passing && test.startsWith('parallel/')) console.log(`        ${test}: failed among others, passes alone`)
    await judge.judge(test, passing, () => passes(name, test, 0))
  }
  judge.end(tests.length, quick ? ['child_process'] : ['child_process', 'others'])
}

/** If more tests than these fail with ours, the machine is not to blame, and to run each alone would take hours. */
const FEW = 20

/**
 * Many of these tests have limits of time, which a busy machine exceeds. So a test that passes only without ours runs once more, alone.
 * @param {string} name
 */
async function suite(name) {
  if (!(await getSuite(name))) {
    skipped(`the tests of ${name}`, `${suites[name].repository} cannot be had from here`)
    return
  }
  const node = executable(nodeOf('node-22'))
  await download(nodeOf('node-22'))
  const judge = new Judge(name)
  const without = await runSuite(name, node)
  const seen = await runSuite(name, node, hook)
  const lost = [...without.keys()].filter((test) => without.get(test) && !seen.get(test))
  for (const test of lost.length > FEW ? [] : lost) {
    const passing = await passesAlone(name, test, node, hook)
    if (passing) console.log(`        ${test}: failed among others, passes alone`)
    seen.set(test, passing)
  }
  for (const [test, passing] of without) await judge.judge(test, seen.get(test) === true, () => passing)
  judge.end(without.size, ['all'])
}

runMain(async () => {
  await setup()
  const all = [...Object.keys(versions), ...Object.keys(suites)]
  const asked = process.argv.slice(2)
  const names = asked.length === 0 ? all : asked
  const wrong = names.find((name) => name !== 'quick' && !all.includes(name))
  if (wrong !== undefined) throw new Trouble(`Expected some of quick, ${all.join(', ')}, got ${wrong}`)
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    skipped("other people's tests", 'need Linux on x64')
    return
  }
  mkdirSync(join(cache, 'peers'), { recursive: true })
  writeFileSync(hook, `require(${JSON.stringify(inRoot('dist', 'register.js'))})\n`)
  for (const name of names) {
    if (name in suites) await suite(name)
    else await nodesOwn(name === 'quick' ? 'node-22' : name, name === 'quick')
  }
})
