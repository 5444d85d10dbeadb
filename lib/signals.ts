// Signal names and numbers.
import { constants } from 'node:os'
import { unknownSignal } from './errors.js'
import { firstRealtimeSignal } from './native.js'

const LAST = 64
/** The number of SIGRTMIN; 0 where there are no real-time signals. */
const SIGRTMIN = firstRealtimeSignal()
const NUMBERS = new Map<unknown, number>(Object.entries(constants.signals))

/** The number of a signal that a user has given by name or number. */
export function signalNumber(signal: unknown): number {
  if (typeof signal === 'number') {
    if (Number.isInteger(signal) && signal >= 0 && signal <= LAST) return signal
  } else {
    const number = NUMBERS.get(signal) ?? realTime(signal)
    if (number !== undefined) return number
  }
  throw unknownSignal(signal)
}

function realTime(name: unknown): number | undefined {
  const match = typeof name === 'string' && SIGRTMIN > 0 ? /^SIGRTMIN(?:\+(\d{1,2}))?$/.exec(name) : null
  const number = match ? SIGRTMIN + Number(match[1] ?? 0) : LAST + 1
  return number <= LAST ? number : undefined
}
