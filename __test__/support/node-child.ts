import { spawn, type SpawnOptions } from 'node:child_process'

/** How child_process reports the end of the same command. */
export function nodeExit(
  file: string,
  args: string[] = [],
  options: SpawnOptions = {},
): Promise<{ code: number | null; signal: string | null; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'], ...options })
    let stdout = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout }))
  })
}
