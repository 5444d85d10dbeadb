// Everything that the page may do: three calls, none of which can choose a program.
const { contextBridge, ipcRenderer } = require('electron')

contextBridge.exposeInMainWorld('jobs', {
  /** Resolves with the job's pid. */
  start: () => ipcRenderer.invoke('start'),
  stop: (pid) => ipcRenderer.invoke('stop', pid),
  onLine: (show) => ipcRenderer.on('line', (_event, pid, text) => show(pid, text)),
})
