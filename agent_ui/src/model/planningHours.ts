// Opening hours as a week of spans, and dates put into months. Pure; zones and what is open when are the hub's.
import type { CalendarDate, OpenHours, SpecialDay } from '@/api/planning'

export type Span = [start: string, end: string]
/** Seven lists of spans, Monday first. */
export type Week = Span[][]
export type SpanFault = 'time' | 'order' | 'overlap'

export const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const
const WORKDAYS = 5
const MIDNIGHT = 24 * 60
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/

export function minutesOf(time: string): number | null {
  if (time === '24:00') return MIDNIGHT
  return TIME.test(time) ? Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) : null
}

const clockOf = (minutes: number) => (minutes >= MIDNIGHT ? '24:00' : `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`)

export function weekOf(hours: readonly OpenHours[]): Week {
  const week: Week = WEEKDAYS.map(() => [])
  for (const { weekday, start, end } of hours) week[weekday]?.push([start, end])
  return week.map((spans) => spans.sort(([a], [b]) => a.localeCompare(b)))
}

export function hoursOf(week: Week): OpenHours[] {
  return week.flatMap((spans, weekday) => spans.map(([start, end]) => ({ weekday, start, end })))
}

/** What is wrong with each span; a day that has 00:00 as its end means midnight, as time fields cannot say 24:00. */
export function spanFaults(spans: readonly Span[]): (SpanFault | null)[] {
  const times = spans.map(([start, end]) => [minutesOf(start), minutesOf(end)] as const)
  return times.map(([start, end], at) => {
    if (start === null || end === null) return 'time'
    if (start >= end) return 'order'
    const meets = times.some(([from, to], other) => other !== at && from !== null && to !== null && from < to && from < end && start < to)
    return meets ? 'overlap' : null
  })
}

export const isSound = (week: Week) => week.every((spans) => spanFaults(spans).every((fault) => fault === null))

/** What a time field says, as an end: midnight is the end of the day, not its beginning. */
export const endOf = (field: string) => (field === '00:00' ? '24:00' : field)
export const fieldOf = (end: string) => (end === '24:00' ? '00:00' : end)

/** One more span: after the last one, an hour of rest between, or the usual day where there is none. */
export function withSpan(spans: readonly Span[]): Span[] {
  const last = spans.at(-1)
  const end = last ? minutesOf(last[1]) : null
  if (!last) return [['09:00', '18:00']]
  const start = Math.min((end ?? 0) + 60, MIDNIGHT - 60)
  return [...spans, [clockOf(start), clockOf(Math.min(start + 4 * 60, MIDNIGHT))]]
}

const copied = (spans: readonly Span[]) => spans.map(([start, end]): Span => [start, end])

/** The hours of one day on Monday to Friday, or on all days. */
export function copiedTo(week: Week, from: number, to: 'workdays' | 'all'): Week {
  return week.map((spans, day) => copied(to === 'all' || day < WORKDAYS ? (week[from] ?? []) : spans))
}

/** Hours of a week, added up. */
export function weekHours(week: Week): number {
  const total = week.flat().reduce((sum, [start, end]) => sum + Math.max(0, (minutesOf(end) ?? 0) - (minutesOf(start) ?? 0)), 0)
  return Math.round(total / 6) / 10
}

export type DateKind = 'open' | 'closed' | 'holiday' | 'workday' | 'other'

/** What a date is to people who plan: off against its weekday, worked against its weekday, other hours, or as usual. */
export function kindOf(date: CalendarDate, week: Week): DateKind {
  if (date.why === 'weekday') return date.open.length ? 'open' : 'closed'
  if (!date.open.length) return 'holiday'
  return week[weekdayOf(date.date)]?.length ? 'other' : 'workday'
}

/** Monday is 0. Dates have no zone: they are read as UTC throughout. */
export const weekdayOf = (date: string) => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

export function addMonths(month: string, n: number): string {
  const [year, number] = month.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, number - 1 + n, 1)).toISOString().slice(0, 7)
}

export const daysFrom = (first: string, end: string) => Math.round((Date.parse(`${end}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / 86_400_000)

/** A month as rows of seven, Monday first; null before the first and after the last. */
export function monthRows<T extends { date: string }>(month: string, dates: ReadonlyMap<string, T>): (T | null)[][] {
  const first = `${month}-01`
  const count = daysFrom(first, `${addMonths(month, 1)}-01`)
  const cells: (T | null)[] = Array.from({ length: weekdayOf(first) }, () => null)
  for (let day = 0; day < count; day++) cells.push(dates.get(addDays(first, day)) ?? null)
  while (cells.length % 7) cells.push(null)
  return Array.from({ length: cells.length / 7 }, (_, row) => cells.slice(row * 7, row * 7 + 7))
}

/** The special days with one date set, or (null) again like its weekday. */
export function withDate(days: readonly SpecialDay[], date: string, day: Omit<SpecialDay, 'date'> | null): SpecialDay[] {
  const others = days.filter((one) => one.date !== date)
  return day ? [...others, { date, ...day }].sort((a, b) => a.date.localeCompare(b.date)) : others
}

/** Today in a zone, as a date. */
export function todayIn(zone: string, nowMs: number): string {
  try {
    return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(nowMs)
  } catch {
    return new Date(nowMs).toISOString().slice(0, 10)
  }
}
