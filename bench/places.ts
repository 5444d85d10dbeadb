// Where things are. This file runs as build/bench/places.js.
import { join, resolve } from 'node:path'

const root = resolve(__dirname, '../..')

export const inRoot = (...path: string[]): string => join(root, ...path)
/** The folder of peers and compiled programs. Deleting it costs only time. */
export const inCache = (...path: string[]): string => join(root, '.cache', 'bench', ...path)
/** What --install-peers has installed. */
export const inPeers = (...path: string[]): string => inCache('peers', 'node_modules', ...path)
/** programs/child.c, compiled. */
export const CHILD = inCache('bin', 'child')
