// A child that answers every message, until its parent disconnects: run by Node, Bun or Deno.
process.on('message', (message) => process.send?.({ echoed: message }))
