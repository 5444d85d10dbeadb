// Where things are. This file runs as build/bench/places.js.
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(__dirname, '../..')

export const inRoot = (...path: string[]): string => join(root, ...path)
/** The folder of peers and compiled programs. Deleting it costs only time. */
export const inCache = (...path: string[]): string => join(root, '.cache', 'bench', ...path)
/** What --install-peers has installed. */
export const inPeers = (...path: string[]): string => inCache('peers', 'node_modules', ...path)
/** programs/child.c, compiled. */
export const CHILD = inCache('bin', 'child')
/** The addon that the set-up has built. */
export const localAddon = (): string => readdirSync(inRoot()).find((name) => name.endsWith('.node'))!
