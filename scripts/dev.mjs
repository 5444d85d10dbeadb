// npm run dev sets up, then rebuilds what changes in lib/, __test__/, bench/ and examples/ (TypeScript) or src/ (the addon, as a debug
// build), until Ctrl-C.
import { watch } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { runMain, Trouble } from './lib/console.mjs'
import { inRoot } from './lib/project.mjs'
import { setup } from './setup.mjs'

const folders = ['lib', '__test__', 'bench', 'examples', 'src']

runMain(async () => {
  let changed = true
  let wake = () => {}
  for (const folder of folders) {
    watch(inRoot(folder), { recursive: true }, () => {
      changed = true
      wake()
    })
  }
  for (;;) {
    if (!changed) await new Promise((resolve) => (wake = () => resolve(undefined)))
    // Editors write a file in several steps, and a change of branch changes many files.
    await delay(200)
    changed = false
    try {
      await setup({ profile: 'debug' })
    } catch (error) {
      console.error(error instanceof Trouble ? error.message : error)
    }
  }
})
