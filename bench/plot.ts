// Draws the picture for the README: the cost of a spawn by the size of the process, how many there are a second, and the cost of one among
// others. It uses Apache ECharts, which needs no browser for this.
import { createRequire } from 'node:module'
import type { Finding, Metric } from './bench.js'
import type { PeerName } from './peers/index.js'
import { atLevel, crowdCase, FLOOR, LIVE, TRUE } from './rows.js'

/** The part of ECharts that is used here, because its own types need those of a browser. */
interface ECharts {
  init: (dom: null, theme: null, options: { renderer: 'svg'; ssr: true; width: number; height: number }) => Chart
}

interface Chart {
  setOption(option: object): void
  renderToSVGString(): string
  dispose(): void
}

interface Panel {
  readonly title: string
  /** What is on the horizontal axis. */
  readonly under: string
  readonly at: readonly (string | number)[]
  readonly scale: 'log' | 'value'
  readonly value: (peer: string, at: number) => number | undefined
}

/** Legible on both of GitHub's backgrounds. */
const INK = '#7d8590'

/** Colours that people with colour blindness can distinguish (Okabe and Ito). */
const colours: Readonly<Record<string, string>> = {
  'shared-child': '#0072b2',
  child_process: '#d55e00',
  'execa 9': '#cc79a7',
  'Bun.spawn': '#e69f00',
  [FLOOR]: '#8c8c8c',
}

/** Returns null if the run has not measured everything that the picture needs. */
export function plot(findings: readonly Finding[]): string | null {
  const find = (row: string, name: string, metric: Metric, subject: string): number | undefined =>
    findings.find((it) => it.row === row && it.case === name && it.metric === metric && it.subject === subject)?.median
  const gigabytes = [0, 1, 4]
  const levels = [0, 1000, LIVE]
  const limits = [16, 64]
  const panels: Panel[] = [
    {
      title: 'JS-thread time of a spawn()',
      under: 'memory of the process, GB',
      at: gigabytes,
      scale: 'log',
      value: (peer, i) => find('memory', `${gigabytes[i]} GB`, 'call', peer),
    },
    {
      title: '/bin/true a second',
      under: 'at a time',
      at: limits,
      scale: 'value',
      value: (peer, i) => find('at-once', `${TRUE}, ${limits[i]} at a time`, 'rate', peer),
    },
    {
      title: 'CPU time of a spawn and exit',
      under: 'live children',
      at: levels,
      scale: 'value',
      value: (peer, i) => find('live-children', crowdCase(peer as PeerName), 'process', atLevel(levels[i]!)),
    },
  ]
  const whole = panels.every(({ at, value }) => at.every((_, i) => value('shared-child', i) !== undefined))
  return whole ? draw(panels) : null
}

function draw(panels: readonly Panel[]): string {
  const { init } = createRequire(__filename)('echarts') as ECharts
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 1080, height: 360 })
  const axis = { axisLabel: { color: INK }, axisLine: { lineStyle: { color: INK } } }
  const left = (i: number): string => `${5.5 + i * 33.5}%`
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: 'sans-serif', color: INK },
      legend: { bottom: 0, itemGap: 28, textStyle: { color: INK }, data: Object.keys(colours) },
      title: panels.map(({ title }, i) => ({
        text: title,
        left: left(i),
        padding: [8, 0],
        textStyle: { fontSize: 13, color: INK },
      })),
      grid: panels.map((_, i) => ({ left: left(i), width: '26%', top: 52, bottom: 84 })),
      xAxis: panels.map(({ under, at }, gridIndex) => {
        const name = { name: under, nameLocation: 'middle', nameGap: 28 }
        return { ...axis, ...name, gridIndex, type: 'category', data: at.map((each) => each.toLocaleString('en')) }
      }),
      yAxis: panels.map(({ scale, title }, gridIndex) => ({
        ...axis,
        gridIndex,
        type: scale,
        axisLabel: { color: INK, ...(title.includes('time') ? { formatter: time } : {}) },
        splitLine: { lineStyle: { color: INK, opacity: 0.25 } },
      })),
      series: panels.flatMap(({ at, value }, i) =>
        Object.entries(colours).map(([name, color]) => ({
          name,
          type: 'bar',
          xAxisIndex: i,
          yAxisIndex: i,
          data: at.map((_, j) => value(name, j) ?? null),
          itemStyle: { color },
        })),
      ),
    })
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

function time(microseconds: number): string {
  if (microseconds >= 1e6) return `${microseconds / 1e6} s`
  return microseconds >= 1000 ? `${microseconds / 1000} ms` : `${microseconds} us`
}
