// Where things are. This file runs as build/bench/places.js.
import { join, resolve } from 'node:path'

const root = resolve(__dirname, '../..')

export const inRoot = (...path: string[]): string => join(root, ...path)
/** Peers and compiled programs: deleting it costs time, nothing else. */
export const inCache = (...path: string[]): string => join(root, '.cache', 'bench', ...path)
/** A program of bench/programs, compiled. */
export const program = (name: string): string => inCache('bin', name)
