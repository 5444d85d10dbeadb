// The ways in which a program can get the functions of child_process, for scripts that have to do the same with each.
import type * as Node from 'node:child_process'

export interface Way {
  readonly title: string
  /** Flags of Node. */
  readonly node: readonly string[]
  /** The first arguments of the script, which passes them to `reached`. */
  readonly args: readonly [how: 'require' | 'import', name: string]
}

/** Node's own functions. A test that passes with them, too, says nothing about ours. */
export const NODES: Way = { title: "Node's own", node: [], args: ['require', 'node:child_process'] }

export const OURS: readonly Way[] = [
  { title: 'shared-child/child_process, required', node: [], args: ['require', 'shared-child/child_process'] },
  { title: 'shared-child/child_process, imported', node: [], args: ['import', 'shared-child/child_process'] },
  {
    title: 'node:child_process, required, with -r shared-child/register',
    node: ['-r', 'shared-child/register'],
    args: ['require', 'node:child_process'],
  },
  {
    title: 'node:child_process, imported, with --import shared-child/register',
    node: ['--import', 'shared-child/register'],
    args: ['import', 'node:child_process'],
  },
]

/** Returns the module for the arguments of a script. */
export async function reached([how, name]: readonly string[]): Promise<typeof Node> {
  return (how === 'import' ? await import(name!) : require(name!)) as typeof Node
}
