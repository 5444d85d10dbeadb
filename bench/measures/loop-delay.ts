/** Watches this event loop until the returned function is called, which tells the worst delay in milliseconds. */
export function watchLoop(): () => number {
  const interval = 1
  let worst = 0
  let last = performance.now()
  const look = (): void => {
    const time = performance.now()
    worst = Math.max(worst, time - last - interval)
    last = time
  }
  const timer = setInterval(look, interval)
  return () => {
    clearInterval(timer)
    look()
    return worst
  }
}
