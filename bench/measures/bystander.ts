// An event loop that does nothing: how late it is meanwhile is the machine's doing.
import { watchLoop } from './loop-delay.js'
import type { Samples } from './samples.js'

let stop: (() => number) | null = null

export async function startWatching(): Promise<Samples> {
  stop = watchLoop()
  return {}
}

export async function stopWatching(): Promise<Samples> {
  const delay = stop === null ? [] : [stop()]
  stop = null
  return { delay }
}
