// Reports to its parent, over its own channel, what its child sees of a channel.
import { spawn } from 'shared-child'

async function main(): Promise<void> {
  const child = await spawn('sh', ['-c', 'echo "fd: $NODE_CHANNEL_FD, mode: $NODE_CHANNEL_SERIALIZATION_MODE"'])
  process.send?.((await child.output()).stdout)
}

void main()
