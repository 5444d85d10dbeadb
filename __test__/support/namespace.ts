import { spawnSync } from 'node:child_process'
import { missing, notRoot } from './skip.js'

/** Runs a program in its own pid namespace, in which root may choose the next pid. The namespace ends with its first process. */
export const pidNamespace = ['unshare', '--kill-child', '-pf', '--mount-proc'] as const

const probe = (command: string): boolean => {
  const [file, ...args] = pidNamespace
  return spawnSync(file, [...args, 'sh', '-c', command], { stdio: 'ignore' }).status === 0
}

/** Says why pids cannot be chosen here, or returns false. */
export const cannotChoosePids =
  notRoot ||
  missing('unshare', 'perl') ||
  (!probe('true') && 'may not make a pid namespace') ||
  (!probe('echo 5000 > /proc/sys/kernel/ns_last_pid') && 'may not write ns_last_pid')
