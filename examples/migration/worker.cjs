// Adds up what it is sent, and ends when the channel is closed.
process.on('message', ({ numbers }) => process.send({ total: numbers.reduce((sum, n) => sum + n, 0) }))
