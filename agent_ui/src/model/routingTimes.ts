// Lengths of time in forms, the settings of the router with their limits, and steps after a wait. Pure.
import type { RouterSettings } from '@/api/routingAdmin'

export const UNITS = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const
export type Unit = keyof typeof UNITS
export const WEEK_S = 604_800

/** Seconds in the largest unit that tells them without a remainder. */
export function inUnit(seconds: number): { value: number; unit: Unit } {
  const unit = (['day', 'hour', 'minute'] as const).find((one) => seconds > 0 && seconds % UNITS[one] === 0) ?? 'second'
  return { value: seconds / UNITS[unit], unit }
}

/** What somebody typed, in seconds; null where it is no number. */
export function toSeconds(text: string, unit: Unit): number | null {
  const digits = text.trim().normalize('NFKC')
  return /^\d+(\.\d+)?$/.test(digits) ? Math.round(Number(digits) * UNITS[unit] * 1000) / 1000 : null
}

/** Lengths for people, exact: 90 s is "1 min 30 s". */
export function spanText(seconds: number, locale: string): string {
  const parts: string[] = []
  let rest = seconds
  for (const unit of ['day', 'hour', 'minute', 'second'] as const) {
    const value = unit === 'second' ? Math.round(rest * 10) / 10 : Math.floor(rest / UNITS[unit])
    rest -= value * UNITS[unit]
    if (value > 0 || (unit === 'second' && !parts.length)) parts.push(new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(value))
  }
  return parts.join(' ')
}

export interface Limits {
  min: number
  max: number
  /** The least value is itself too small. */
  above?: boolean
}
export type SpanFault = 'number' | 'small' | 'large'

export function spanFault(seconds: number | null, { min, max, above }: Limits): SpanFault | null {
  if (seconds === null || !Number.isFinite(seconds)) return 'number'
  if (seconds < min || (above && seconds <= min)) return 'small'
  return seconds > max ? 'large' : null
}

type Span = Exclude<keyof RouterSettings, 'id' | 'version' | 'review_skill'>

export interface SpanSetting extends Limits {
  name: Span
  group: 'offer' | 'regular' | 'order' | 'watch'
  /** What it is when nobody changed it; null is what the installation says, or no such rule. */
  initial: number | null
  /** Where null is chosen, this is what a person begins with. */
  begin: number
}

export const SPANS: readonly SpanSetting[] = [
  { name: 'accept_timeout_s', group: 'offer', initial: null, begin: 30, min: 5, max: 600 },
  { name: 'reject_exclusion_s', group: 'offer', initial: 60, begin: 60, min: 0, max: WEEK_S },
  { name: 'grace_s', group: 'offer', initial: null, begin: 30, min: 0, max: 600 },
  { name: 'sticky_window_s', group: 'regular', initial: 86_400, begin: 86_400, min: 0, max: WEEK_S },
  { name: 'sticky_hold_s', group: 'regular', initial: 20, begin: 20, min: 0, max: WEEK_S },
  { name: 'aging_s', group: 'order', initial: null, begin: 600, min: 0, max: 86_400, above: true },
  { name: 'earmark_after_s', group: 'order', initial: 60, begin: 60, min: 0, max: WEEK_S },
  { name: 'emergency_target_s', group: 'watch', initial: 900, begin: 900, min: 0, max: 86_400, above: true },
  { name: 'unanswered_after_s', group: 'watch', initial: 300, begin: 300, min: 30, max: WEEK_S },
]
export const SPAN_GROUPS = ['offer', 'regular', 'order', 'watch'] as const

/** The settings that differ, which is what is sent. */
export function changesOf<T extends object>(now: T, former: T): Partial<T> {
  return Object.fromEntries(Object.entries(now).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(former[key as keyof T]))) as Partial<T>
}

/** Steps in the order in which they come. */
export function inOrder<T extends { after_s: number }>(steps: readonly T[]): T[] {
  return [...steps].sort((a, b) => a.after_s - b.after_s)
}

/** When a further step would come: as long after the last as the last after the one before, or a first guess. */
export function nextAfter(steps: readonly { after_s: number }[], first: number): number {
  const times = inOrder(steps).map((one) => one.after_s)
  const last = times.at(-1)
  if (last === undefined) return first
  return Math.min(WEEK_S, last + Math.max(1, last - (times.at(-2) ?? 0)))
}
