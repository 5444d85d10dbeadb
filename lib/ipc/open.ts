// Makes a message channel from the fd that the native side has for it.
import { Buffer } from 'node:buffer'
import { closeSync } from 'node:fs'
import { platform, versions } from 'node:process'
import type { NativeChild } from '../../index.js'
import { invalidState } from '../errors.js'
import * as bun from '../streams/bun.js'
import * as node from '../streams/node.js'
import type { Wire, WireListener } from '../streams/wire.js'
import { AdvancedCodec } from './advanced.js'
import { Channel } from './channel.js'
import type { Codec, Serialization } from './codec.js'
import { FramedCodec } from './frames.js'
import { JsonCodec } from './json.js'

const { openWire } = Object.hasOwn(versions, 'bun') ? bun : node

/** @throws ERR_INVALID_STATE if the child has no channel, or if another handle has it */
export function openChannel(child: NativeChild, refd: boolean, exited: boolean): Channel {
  const { serialization } = child
  if (serialization === null) throw invalidState("the child has no channel: there is no 'ipc' in its stdio")
  const channel = new Channel(codecOf(serialization), refd)
  const taken = child.takeChannel((end) => {
    if (typeof end !== 'number') {
      // The other end was closed everywhere, and this is what was left in the channel.
      channel.received(Buffer.from(end.buffer, end.byteOffset, end.length))
      channel.close()
    } else channel.open(wireOn(end, channel))
    return channel
  })
  if (taken === null) throw invalidState('the channel was taken before, by another handle')
  if (exited) channel.childExited()
  return channel
}

function wireOn(fd: number, listener: WireListener): Wire {
  try {
    return openWire(fd, listener)
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function codecOf(serialization: Serialization): Codec {
  const codec = serialization === 'json' ? new JsonCodec() : new AdvancedCodec()
  return platform === 'win32' ? new FramedCodec(codec) : codec
}
