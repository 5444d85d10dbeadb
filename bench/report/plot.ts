// The picture for the README: what a spawn costs by the size of the process, how many a second, and what one costs among
// others. Drawn by Apache ECharts, which needs no browser for it.
import { createRequire } from 'node:module'
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

const WIDTH = 1080
const HEIGHT = 360
/** In the colour of text on both of GitHub's backgrounds. */
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
  const value = (row: string, name: string, key: string, subject: string): number | null =>
    findings.find(
      (each) => each.row === row && each.case === name && each.metric.key === key && each.subject === subject,
    )?.median ?? null

  const memory = [0, 1, 4]
  const live = [0, 1000, 4000, 10_000]
  const cost = lines(memory, (subject, gb) => value('spawn-cost', costCase(gb, 'plain'), CALL.key, subject))
  const crowd = lines(live, (subject, count) =>
    count === 0 || subject === FLOOR
      ? value('live-children', crowdCase(subject as 'shared-child'), CPU.key, atLevel(0))
      : value('live-children', crowdCase(subject as 'shared-child'), CPU.key, atLevel(count)),
  )
  const rates = named
    .map((name) => ({ name, value: value('throughput', rateCase(16), RATE.key, name) }))
    .filter((bar) => bar.value !== null)
  if (cost.length === 0 || crowd.length === 0 || rates.length === 0) return null

  return draw([
    {
      title: 'Time of one spawn() on the JS thread, us',
      under: 'memory of the process, GB',
      log: true,
      series: cost,
      ticks: memory.map(String),
    },
    { title: '/bin/true, 16 at a time, per second', bars: rates },
    {
      title: 'CPU time of a spawn and exit, us',
      under: 'live children',
      log: true,
      series: crowd,
      ticks: live.map((count) => count.toLocaleString('en')),
    },
  ])
}

interface Line {
  readonly name: string
  readonly points: readonly (number | null)[]
}

/** A line for each peer that has a point on it. */
const lines = (at: readonly number[], value: (subject: string, at: number) => number | null): Line[] =>
  named
    .map((name) => ({ name, points: at.map((x) => value(name, x)) }))
    .filter(({ points }) => points.some((point) => point !== null))

interface LinePanel {
  readonly title: string
  readonly under: string
  readonly log: boolean
  readonly series: readonly Line[]
  readonly ticks: readonly string[]
}

interface BarPanel {
  readonly title: string
  readonly bars: readonly { readonly name: string; readonly value: number | null }[]
}

type Panel = LinePanel | BarPanel

function draw(panels: readonly Panel[]): string {
  const { init } = createRequire(__filename)('echarts') as ECharts
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT })
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: 'sans-serif', color: INK },
      legend: { bottom: 0, textStyle: { color: INK }, data: named },
      title: panels.map(({ title }, at) => ({
        text: title,
        left: left(at) - 2.5 + '%',
        top: 8,
        textStyle: { fontSize: 13, color: INK },
      })),
      grid: panels.map((_, at) => ({ left: `${left(at)}%`, width: '25%', top: 52, bottom: 84 })),
      xAxis: panels.map(horizontal),
      yAxis: panels.map(vertical),
      series: panels.flatMap(series),
    })
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

const left = (at: number): number => 5.5 + at * 33

const axis = {
  axisLabel: { color: INK },
  axisLine: { lineStyle: { color: INK } },
  splitLine: { lineStyle: { color: INK, opacity: 0.25 } },
}

function horizontal(panel: Panel, at: number): object {
  const ticks = 'bars' in panel ? panel.bars.map(({ name }) => name) : panel.ticks
  const name = 'bars' in panel ? '' : panel.under
  const axisLabel = 'bars' in panel ? { show: false } : axis.axisLabel
  return { ...axis, axisLabel, gridIndex: at, type: 'category', data: ticks, name, nameLocation: 'middle', nameGap: 28 }
}

function vertical(panel: Panel, at: number): object {
  return { ...axis, gridIndex: at, type: 'log' in panel && panel.log ? 'log' : 'value' }
}

function series(panel: Panel, at: number): object[] {
  const where = { xAxisIndex: at, yAxisIndex: at }
  if ('bars' in panel) {
    // One series a bar, so that the legend of all three panels is the same.
    return panel.bars.map(({ name, value }, i) => ({
      ...where,
      type: 'bar',
      name,
      stack: 'one',
      barWidth: '60%',
      data: panel.bars.map((_, j) => (i === j ? value : null)),
      itemStyle: { color: colours[name] },
      label: {
        show: true,
        position: 'top',
        color: INK,
        formatter: ({ value: rate }: { value: number }) => String(Math.round(rate)),
      },
    }))
  }
  return panel.series.map(({ name, points }) => ({
    ...where,
    type: 'line',
    name,
    data: points,
    symbolSize: 7,
    lineStyle: { width: 2 },
    itemStyle: { color: colours[name] },
  }))
}
