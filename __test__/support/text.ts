import type { Readable } from 'node:stream'

/** Reads everything from a stream until it ends. */
export async function textOf(stream: Readable | null): Promise<string> {
  if (stream === null) throw new Error('expected a stream, got null')
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** Reads the first line of a stream, which stays open and flowing. */
export function firstLine(stream: Readable | null): Promise<string> {
  return new Promise((resolve, reject) => {
    if (stream === null) return reject(new Error('expected a stream, got null'))
    let text = ''
    const onData = (chunk: Buffer): void => {
      text += chunk.toString()
      const end = text.indexOf('\n')
      if (end >= 0) resolve(text.slice(0, end))
    }
    stream.on('data', onData)
    stream.once('end', () => reject(new Error(`ended before a line: ${text}`)))
    stream.once('error', reject)
  })
}
