import { spawnSync } from 'node:child_process'
import { missing, notRoot } from './skip.js'

/** A pid namespace of its own, in which root may choose the next pid. It ends with its first process. */
export const pidNamespace = ['unshare', '--kill-child', '-pf', '--mount-proc'] as const

const probe = (command: string): boolean => {
  const [file, ...args] = pidNamespace
  return spawnSync(file, [...args, 'sh', '-c', command], { stdio: 'ignore' }).status === 0
}

/** Why pids cannot be chosen here, or false. */
export const cannotChoosePids =
  notRoot ||
  missing('unshare', 'perl') ||
  (!probe('true') && 'may not make a pid namespace') ||
  (!probe('echo 5000 > /proc/sys/kernel/ns_last_pid') && 'may not write ns_last_pid')
