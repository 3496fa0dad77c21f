// Figures put on the plane of a small line chart. Pure geometry; colours and words are the component's.
import type { StaffingResult } from '@/api/planning'

export interface Dot {
  x: number
  y: number
}
export interface Frame {
  width: number
  height: number
  left: number
  right: number
  top: number
  bottom: number
}

/** The share in time by number of agents, by simulation and by Erlang C, which has none where the queue only grows. */
export function linesOf(result: StaffingResult): { played: Dot[]; textbook: Dot[] } {
  const inOrder = (dots: Dot[]) => dots.sort((a, b) => a.x - b.x)
  return {
    played: inOrder(result.points.map((point) => ({ x: point.agents, y: point.in_time }))),
    textbook: inOrder(result.textbook.filter((point) => point.in_time !== null).map((point) => ({ x: point.agents, y: point.in_time! }))),
  }
}

/** The places of whole numbers along the axis, at most so many. */
export function ticksOf(from: number, to: number, most: number): number[] {
  const span = Math.max(1, to - from)
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((one) => span / one <= most - 1) ?? Math.ceil(span / most)
  const first = Math.ceil(from / step) * step
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, n) => first + n * step)
}

export function scaleOf(frame: Frame, fromX: number, toX: number): (dot: Dot) => Dot {
  const [wide, high] = [frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom]
  const span = Math.max(1, toX - fromX)
  return ({ x, y }) => ({ x: frame.left + ((x - fromX) / span) * wide, y: frame.top + (1 - y) * high })
}

export function pathOf(dots: readonly Dot[]): string {
  return dots.map(({ x, y }, at) => `${at ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')
}
