// The figures of days, put on a chart. Pure; the caller gives today.
import type { Analytics } from '@/api/teaching'

/** The dates of the last days, today with them. */
export function rangeOf(todayMs: number, days: number): { from: string; to: string } {
  const date = (ms: number) => new Date(ms).toISOString().slice(0, 10)
  return { from: date(todayMs - (days - 1) * 86_400_000), to: date(todayMs) }
}

export type Day = Analytics['by_day'][number]

/** Every date of the range, with nothing where nothing happened. */
export function wholeRange(from: string, to: string, days: readonly Day[]): Day[] {
  const known = new Map(days.map((day) => [day.date, day]))
  const out: Day[] = []
  for (let at = Date.parse(from); at <= Date.parse(to) && out.length < 400; at += 86_400_000) {
    const date = new Date(at).toISOString().slice(0, 10)
    out.push(known.get(date) ?? { date, sessions: 0, contained: 0, unhelped: 0, turns: 0, missed: 0 })
  }
  return out
}

/** A round number that is at least as great, for the top of an axis. */
export function roundUp(value: number): number {
  if (value <= 4) return 4
  const unit = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 4, 5, 8, 10].map((step) => step * unit).find((one) => one >= value)!
}
