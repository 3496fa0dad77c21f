// What an evaluation comes to: which intents are mixed up, the scores of each in an order, bars of confidence, what two
// versions make of the same messages. Pure.
import type { Changed, Evaluation, IntentScores } from '@/api/teaching'

export interface Matrix {
  /** The intents that sentences belong to, and what they were taken for. */
  rows: string[]
  columns: string[]
  /** The most in a cell that is wrong. */
  most: number
}

/** The part of the matrix where something is mixed up; with `all`, the whole of it. Most mistakes come first. */
export function matrixOf(matrix: Evaluation['matrix'], all: boolean): Matrix {
  const wrong = new Map<string, number>()
  const taken = new Map<string, number>()
  let most = 0
  for (const [intent, cells] of Object.entries(matrix)) {
    for (const [other, count] of Object.entries(cells)) {
      if (other === intent || !count) continue
      wrong.set(intent, (wrong.get(intent) ?? 0) + count)
      taken.set(other, (taken.get(other) ?? 0) + count)
      most = Math.max(most, count)
    }
  }
  const involved = (name: string) => (wrong.get(name) ?? 0) + (taken.get(name) ?? 0)
  const inOrder = (names: Iterable<string>) => [...new Set(names)].sort((a, b) => involved(b) - involved(a) || a.localeCompare(b))
  if (all) {
    const names = inOrder([...Object.keys(matrix), ...Object.values(matrix).flatMap((cells) => Object.keys(cells).filter((name) => cells[name]))])
    return { rows: names.filter((name) => name in matrix), columns: names, most }
  }
  // What is right stands beside what is wrong, so that a row tells its whole story.
  const rows = inOrder(wrong.keys())
  return { rows, columns: inOrder([...rows, ...taken.keys()]), most }
}

/** How dark a wrong cell is, 1 to 3; 0 for an empty one. */
export function shadeOf(count: number, most: number): number {
  if (!count || !most) return 0
  return Math.max(1, Math.ceil((3 * count) / most))
}

export type ScoreKey = 'name' | keyof IntentScores
export interface ScoreRow extends IntentScores {
  name: string
}

/** The scores of each intent; names from A, numbers from the worst, examples from the most. */
export function scoreRows(perIntent: Evaluation['per_intent'], by: ScoreKey, nameOf: (name: string) => string, turned = false): ScoreRow[] {
  const rows = Object.entries(perIntent).map(([name, scores]) => ({ name, ...scores }))
  const order = (a: ScoreRow, b: ScoreRow) => (by === 'name' ? nameOf(a.name).localeCompare(nameOf(b.name)) : by === 'support' ? b.support - a.support : a[by] - b[by])
  rows.sort((a, b) => (turned ? -1 : 1) * order(a, b) || a.name.localeCompare(b.name))
  return rows
}

export interface PlacedBar {
  x: number
  width: number
  right: { y: number; height: number }
  wrong: { y: number; height: number }
}

/** Stacked bars in a frame; what is wrong stands below, so that it is compared along one line. */
export function barsOf(histogram: Evaluation['histogram'], width: number, height: number, gap = 2): PlacedBar[] {
  const most = Math.max(1, ...histogram.map((bar) => bar.right + bar.wrong))
  const step = width / Math.max(1, histogram.length)
  return histogram.map((bar, at) => {
    const wrong = (bar.wrong / most) * height
    const right = (bar.right / most) * height
    return { x: at * step + gap / 2, width: Math.max(1, step - gap), wrong: { y: height - wrong, height: wrong }, right: { y: height - wrong - right, height: right } }
  })
}

/** The sentences of one cell, or all mistakes, the least sure first. */
export function mistakesOf(evaluation: Evaluation, cell: { intent: string; taken: string } | null): Evaluation['confused'] {
  return evaluation.confused.filter((one) => !cell || (one.intent === cell.intent && one.taken_for === cell.taken)).sort((a, b) => a.confidence - b.confidence)
}

export type ChangeKind = 'understood' | 'lost' | 'other'

/** Newly understood, newly not understood, or taken for another intent. */
export function kindOf(changed: Changed): ChangeKind {
  if (changed.was.is_fallback && !changed.now.is_fallback) return 'understood'
  if (!changed.was.is_fallback && changed.now.is_fallback) return 'lost'
  return 'other'
}

/** How many messages (not different texts) changed in which way. */
export function changeCounts(changed: readonly Changed[]): Record<ChangeKind, number> {
  const counts: Record<ChangeKind, number> = { understood: 0, lost: 0, other: 0 }
  for (const one of changed) counts[kindOf(one)] += one.count
  return counts
}
