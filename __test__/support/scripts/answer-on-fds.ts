// Reads a line from each of its fds, one after the other, and answers there.
import fs from 'node:fs'

for (const fd of process.argv.slice(2).map(Number)) {
  const line = Buffer.alloc(100)
  const length = fs.readSync(fd, line)
  fs.writeSync(fd, `${fd} got ${line.toString('utf8', 0, length)}`)
}
