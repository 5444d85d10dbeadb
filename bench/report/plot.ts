// The picture for the README: what a spawn costs by the size of the process, how many a second, and what one costs among
// others. Drawn by Apache ECharts, which needs no browser for it.
import { createRequire } from 'node:module'
import type { PeerName } from '../peers/index.js'
import type { Finding } from '../results.js'
import { CPU, atLevel, crowdCase } from '../rows/live-children.js'
import { CALL, caseName as costCase } from '../rows/spawn-cost.js'
import { FLOOR, RATE, caseName as rateCase } from '../rows/throughput.js'

/** What is used of ECharts: its own types need those of a browser. */
interface ECharts {
  init: (dom: null, theme: null, options: { renderer: 'svg'; ssr: true; width: number; height: number }) => Chart
}

interface Chart {
  setOption(option: object): void
  renderToSVGString(): string
  dispose(): void
}

interface Line {
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
}

interface LinePanel {
  readonly title: string
  readonly under: string
  readonly scale: 'log' | 'value'
  readonly lines: readonly Line[]
}

interface BarPanel {
  readonly title: string
  readonly bars: readonly { readonly name: string; readonly value: number }[]
}

type Panel = LinePanel | BarPanel

const WIDTH = 1080
const HEIGHT = 360
/** Legible on both of GitHub's backgrounds. */
const INK = '#7d8590'

/** Colours that people who see fewer of them can tell apart (Okabe and Ito). */
const colours: Readonly<Record<string, string>> = {
  'shared-child': '#0072b2',
  child_process: '#d55e00',
  'execa 9': '#cc79a7',
  'Bun.spawn': '#e69f00',
  [FLOOR]: '#8c8c8c',
}

const named = Object.keys(colours)

/** Null when the run has not measured all of it. */
export function plot(findings: readonly Finding[]): string | null {
  const value = (row: string, name: string, key: string, subject: string): number | undefined =>
    findings.find(
      (each) => each.row === row && each.case === name && each.metric.key === key && each.subject === subject,
    )?.median

  const cost = lines([0, 1, 4], (name, gb) => value('spawn-cost', costCase(gb, 'plain'), CALL.key, name))
  const crowd = lines([0, 1000, 4000, 10_000], (name, live) =>
    value('live-children', crowdCase(name as PeerName), CPU.key, atLevel(live)),
  )
  const bars = named.flatMap((name) => {
    const rate = value('throughput', rateCase(16), RATE.key, name)
    return rate === undefined ? [] : [{ name, value: rate }]
  })
  if (cost.length === 0 || crowd.length === 0 || bars.length === 0) return null

  return draw([
    { title: 'JS-thread time of a spawn()', under: 'memory of the process, GB', scale: 'log', lines: cost },
    { title: '/bin/true, 16 at a time, per second', bars },
    { title: 'CPU time of a spawn and exit', under: 'live children', scale: 'value', lines: crowd },
  ])
}

/** A line for each peer that has a point on it. */
const lines = (at: readonly number[], value: (name: string, at: number) => number | undefined): Line[] =>
  named
    .map((name) => {
      const points = at.map((x) => [x, value(name, x)] as const)
      return { name, points: points.filter((point): point is readonly [number, number] => point[1] !== undefined) }
    })
    .filter(({ points }) => points.length > 0)

function draw(panels: readonly Panel[]): string {
  const { init } = createRequire(__filename)('echarts') as ECharts
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT })
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: 'sans-serif', color: INK },
      legend: { bottom: 0, itemGap: 28, textStyle: { color: INK }, data: named },
      title: panels.map(title),
      grid: panels.map((_, at) => ({ left: `${left(at)}%`, width: '26%', top: 52, bottom: 84 })),
      xAxis: panels.map(horizontal),
      yAxis: panels.map(vertical),
      series: panels.flatMap(series),
    })
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

/** Of a panel, in percent of the width. */
const left = (at: number): number => 5.5 + at * 33.5

const title = (panel: Panel, at: number): object => ({
  text: panel.title,
  left: `${left(at)}%`,
  padding: [8, 0],
  textStyle: { fontSize: 13, color: INK },
})

const axis = {
  axisLabel: { color: INK },
  axisLine: { lineStyle: { color: INK } },
  splitLine: { lineStyle: { color: INK, opacity: 0.25 } },
}

function horizontal(panel: Panel, at: number): object {
  const common = { ...axis, gridIndex: at }
  if ('bars' in panel) {
    return { ...common, type: 'category', data: panel.bars.map(({ name }) => name), axisLabel: { show: false } }
  }
  const most = Math.max(...panel.lines.flatMap(({ points }) => points.map(([x]) => x)))
  return {
    ...common,
    type: 'value',
    max: most,
    name: panel.under,
    nameLocation: 'middle',
    nameGap: 28,
    splitLine: { show: false },
  }
}

function vertical(panel: Panel, at: number): object {
  const common = { ...axis, gridIndex: at }
  if ('bars' in panel) return { ...common, type: 'value' }
  return { ...common, type: panel.scale, axisLabel: { ...axis.axisLabel, formatter: time } }
}

function time(microseconds: number): string {
  if (microseconds >= 1e6) return `${microseconds / 1e6} s`
  return microseconds >= 1000 ? `${microseconds / 1000} ms` : `${microseconds} us`
}

function series(panel: Panel, at: number): object[] {
  const where = { xAxisIndex: at, yAxisIndex: at }
  if (!('bars' in panel)) {
    return panel.lines.map(({ name, points }) => ({
      ...where,
      type: 'line',
      name,
      data: points,
      symbolSize: 7,
      lineStyle: { width: 2 },
      itemStyle: { color: colours[name] },
    }))
  }
  // One series a bar, so that one legend does for all panels.
  return panel.bars.map(({ name, value }, i) => ({
    ...where,
    type: 'bar',
    name,
    stack: 'bars',
    barWidth: '60%',
    data: panel.bars.map((_, j) => (i === j ? Math.round(value) : null)),
    itemStyle: { color: colours[name] },
    label: { show: true, position: 'top', color: INK },
  }))
}
