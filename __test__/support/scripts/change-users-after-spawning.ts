// Becomes another user for the time of each call, and gives up root for good after the last ones. Reports which users and
// groups the children have, beside those of their calls. The argument is a library that takes from this thread what the
// spawner threads have, or nothing.
import { execFileSync } from 'node:child_process'
import { spawn } from 'shared-child'

const [library = ''] = process.argv.slice(2)
const COUNT = 20
const NOBODY = 65534
const COMMAND = ['grep', ['-E', '^(Uid|Gid|Groups)', '/proc/self/status']] as const

const NAMES = ['setuid', 'seteuid', 'setgid', 'setegid', 'setgroups', 'initgroups']
const functions = (): unknown[] => NAMES.map((name) => Reflect.get(process, name) as unknown)

async function main(): Promise<void> {
  const before = functions()
  await Promise.all([1, 2, 3, 4].map(async () => (await spawn('true', { stdio: 'ignore' })).wait()))
  if (library !== '') process.dlopen({ exports: {} }, library)
  const asNobody = (): void => {
    process.setgroups!([7])
    process.setegid!(NOBODY)
    process.seteuid!(NOBODY)
  }
  const asRoot = (): void => {
    process.seteuid!(0)
    process.setegid!(0)
    process.setgroups!([])
  }
  asRoot()
  const root = execFileSync(...COMMAND).toString()
  asNobody()
  const nobody = execFileSync(...COMMAND).toString()
  asRoot()
  const children = [] as ReturnType<typeof spawn>[]
  for (let index = 0; index < COUNT; index++) {
    asNobody()
    children.push(spawn(...COMMAND))
    asRoot()
    children.push(spawn(...COMMAND))
  }
  process.setgid!(NOBODY)
  process.setuid!(NOBODY)
  const seen = await Promise.all(children.map(async (child) => (await (await child).output()).stdout))
  const expected = seen.map((_, index) => (index % 2 === 0 ? nobody : root))
  const untouched = functions().every((one, at) => one === before[at])
  console.log(JSON.stringify({ expected, seen, untouched, differ: nobody !== root }))
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
