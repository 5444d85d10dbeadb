// What is being done right now: one line that changes on a terminal, else a line for each case.
import { stdout } from 'node:process'

const live = stdout.isTTY
const start = performance.now()
let shown = ''

function elapsed(): string {
  const seconds = Math.round((performance.now() - start) / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

export const progress = {
  /** A new case. */
  case(row: string, name: string): void {
    shown = `${elapsed()} ${row} | ${name}`
    if (live) draw(shown)
    else console.log(shown)
  },

  /** Where in the case. */
  step(what: string): void {
    if (live) draw(`${shown} | ${what}`)
  },

  /** A line that stays. */
  note(text: string): void {
    if (live) draw('')
    console.log(text)
  },

  end(): void {
    if (live) draw('')
  },
}

function draw(text: string): void {
  stdout.write(`\r\u001B[K${text.slice(0, stdout.columns - 1)}`)
}
