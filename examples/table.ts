/** Prints rows in columns, with colour only on a terminal that has it. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()
  const bold = process.stdout.isTTY && process.stdout.hasColors() ? (text: string) => `\x1b[1m${text}\x1b[22m` : String
  console.log(bold(line(header)))
  for (const row of rows) console.log(line(row))
}
