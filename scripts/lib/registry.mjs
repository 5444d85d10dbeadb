// Starts an empty registry on this machine, for this process: verdaccio, with no other registry behind it.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { npmInstall } from './npm-tools.mjs'

/**
 * @param {string} folder where it keeps what is published
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export async function startRegistry(folder) {
  // It depends on node-fetch by a tag, 'cjs', which not every registry mirror has.
  const tool = await npmInstall('registry', { verdaccio: '6.8.0' }, { 'node-fetch': '2.7.0' })
  const { runServer } = createRequire(join(tool, 'package.json'))('verdaccio')
  const app = await runServer({
    configPath: join(folder, 'config.yaml'),
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd') } },
    uplinks: {},
    packages: { '**': { access: '$all', publish: '$all', unpublish: '$all' } },
    publish: { allow_offline: true },
    max_body_size: '50mb',
    web: { enable: false },
    log: { type: 'stdout', format: 'pretty', level: 'fatal' },
  })
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject))
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() }
}
