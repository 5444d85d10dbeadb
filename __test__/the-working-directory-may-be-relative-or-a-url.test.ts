import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { SharedChild } from 'shared-child'
import { temporaryDirectory } from './support/files.js'

/** The child is Node, because shells on Windows have their own names for folders. */
const showCwd = [process.execPath, ['-p', 'process.cwd()']] as const

const pwd = async (cwd?: string | URL): Promise<string> => {
  const child = await SharedChild.spawn(...showCwd, cwd === undefined ? {} : { cwd })
  return (await child.output()).stdout.trimEnd()
}

test('cwd may be a path, a relative path or a file URL; the default is our own', async (t) => {
  const directory = path.join(temporaryDirectory(t), 'with space and ünïcode')
  fs.mkdirSync(directory)
  t.is(await pwd(directory), directory)
  t.is(await pwd(`${directory}/`), directory)
  t.is(await pwd(pathToFileURL(directory)), directory)
  t.is(await pwd(path.relative(process.cwd(), directory)), directory)
  t.is(await pwd(), fs.realpathSync(process.cwd()))
  t.is(await pwd('.'), fs.realpathSync(process.cwd()))
})

test('spawnSync too', async (t) => {
  const directory = temporaryDirectory(t)
  const child = SharedChild.spawnSync(...showCwd, { cwd: pathToFileURL(directory) })
  t.is((await child.output()).stdout, `${directory}\n`)
})
