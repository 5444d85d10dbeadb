import { createInterface } from 'node:readline'
import { SharedChild, spawn, type ChildToken } from 'shared-child'

/** Prints a token, tries to attach to every token it is told, and ends its child when stdin ends. */
async function main(): Promise<void> {
  const child = await spawn('sleep', ['1000'], { stdio: 'ignore' })
  console.log(JSON.stringify({ token: child.share(), pid: child.pid }))
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      console.log(SharedChild.attach(JSON.parse(line) as ChildToken).pid)
    } catch (error) {
      console.log((error as NodeJS.ErrnoException).code)
    }
  }
  child.killSync()
}

void main()
