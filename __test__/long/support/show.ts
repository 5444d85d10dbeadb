import * as fc from 'fast-check'

/** A call as source text; for values that throw when they are looked at, too. */
export function show(name: string, given: readonly unknown[]): string {
  const each = given.map((value) => {
    try {
      return fc.stringify(value)
    } catch {
      return '<a value that throws>'
    }
  })
  return `${name}(${each.join(', ')})`.slice(0, 1000)
}
