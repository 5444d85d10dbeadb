// Uses those parts of the package that need a clock while a test runner's clock stands still. `expected` has the results.
exports.expected = { late: null, signal: 'SIGTERM', cat: 0, drained: false, inherited: 'yes' }

/** @param {typeof import('shared-child')} shared */
exports.byTheRealClock = async ({ spawn }) => {
  const sleeper = await spawn('sleep', ['1000'], { stdio: 'ignore' })
  const late = await sleeper.waitTimeout(20)
  await sleeper.kill()
  await sleeper.wait()
  const { signal } = await (await spawn('sleep', ['1000'], { stdio: 'ignore', timeout: 20 })).wait()
  // The child ends when its stdin is closed.
  const cat = await (await spawn('cat')).output()
  const holder = await (await spawn('sh', ['-c', 'sleep 1000 & echo $!'])).output({ drainTimeout: 20 })
  process.kill(Number(holder.stdout))
  // A runner's process.env may be a copy.
  process.env.SHARED_CHILD_RUNNER = 'yes'
  const inherited = await (await spawn('sh', ['-c', 'printf "$SHARED_CHILD_RUNNER"'])).output()
  return { late, signal, cat: cat.status.code, drained: holder.drained, inherited: inherited.stdout }
}
