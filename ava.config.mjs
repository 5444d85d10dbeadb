export default {
  // The JavaScript that tsc writes from __test__: the one form that every supported Node runs.
  files: ['build/__test__/**/*.test.{js,mjs}'],
  // One process a test file, two at a time: the tests start hundreds of processes of their own.
  workerThreads: false,
  concurrency: 2,
  // How long a file may have no news. On a busy machine, too, only what hangs takes as long.
  timeout: '3m',
}
