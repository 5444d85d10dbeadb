// The page has neither Node nor Electron, only what preload.js has put into `window.jobs`.
const [start, stop, log] = ['start', 'stop', 'log'].map((id) => document.querySelector(`#${id}`))
let last

window.jobs.onLine((pid, text) => {
  log.textContent += `${pid}: ${text}\n`
})

async function startJob() {
  last = await window.jobs.start()
  stop.disabled = false
}

start.addEventListener('click', () => void startJob())
stop.addEventListener('click', () => void window.jobs.stop(last))
