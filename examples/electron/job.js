// The job that the app runs: it prints a line twice a second, until it is stopped.
let count = 0
setInterval(() => {
  count += 1
  console.log(`line ${count}`)
}, 500)
