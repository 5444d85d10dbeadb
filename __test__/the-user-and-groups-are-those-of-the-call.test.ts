import { compileLibrary, noCompiler } from './support/native-code.js'
import { report, runScript } from './support/scripts.js'
import { notRoot, testUnless } from './support/skip.js'

interface Seen {
  readonly expected: string[]
  readonly seen: string[]
  /** Whether the functions of process are Node's own again. */
  readonly untouched: boolean
  readonly differ: boolean
}

testUnless(notRoot, 'whatever the process becomes next', async (t) => {
  const { expected, seen, untouched, differ } = await report<Seen>(t, runScript(t, 'change-users-after-spawning', []))
  t.true(differ)
  t.deepEqual(seen, expected)
  t.true(untouched)
})

testUnless(notRoot || noCompiler, 'also if the spawner threads have other rights than the caller', async (t) => {
  const code =
    '#include <sys/prctl.h>\n__attribute__((constructor)) void begin(void) { prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }'
  const library = compileLibrary(
    t,
    `${code}\nvoid *napi_register_module_v1(void *env, void *exports) { return exports; }`,
  )
  const { expected, seen } = await report<Seen>(t, runScript(t, 'change-users-after-spawning', [library]))
  t.deepEqual(seen, expected)
})
