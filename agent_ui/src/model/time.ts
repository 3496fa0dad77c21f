// Times as people read them. Pure: the caller gives now, the locale and nothing is read from the machine's clock.

/** The server's clock minus ours, from one request: the middle of the round trip is taken as the moment of the answer. */
export function clockOffset(serverTime: string, sentMs: number, receivedMs: number): number {
  const server = Date.parse(serverTime)
  return Number.isNaN(server) ? 0 : Math.round(server - (sentMs + receivedMs) / 2)
}

/** Local calendar day as YYYY-MM-DD. */
export function dayKey(at: string): string {
  const d = new Date(at)
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`
}

export function daysBetween(at: string, nowMs: number): number {
  const a = new Date(at)
  const b = new Date(nowMs)
  const from = Date.UTC(a.getFullYear(), a.getMonth(), a.getDate())
  const to = Date.UTC(b.getFullYear(), b.getMonth(), b.getDate())
  return Math.round((to - from) / 86_400_000)
}

const formats = new Map<string, Intl.DateTimeFormat>()

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options)
  let found = formats.get(key)
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(locale, options)))
  return found
}

export function timeOfDay(at: string, locale: string): string {
  return format(locale, { hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(at))
}

/** Full date and time, for titles. */
export function exact(at: string, locale: string): string {
  return format(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at))
}

export function dayLabel(at: string, nowMs: number, locale: string): string {
  const days = daysBetween(at, nowMs)
  if (days === 0 || days === 1) return relativeDay(-days, locale)
  const sameYear = new Date(at).getFullYear() === new Date(nowMs).getFullYear()
  const base: Intl.DateTimeFormatOptions = { month: 'long', day: 'numeric', weekday: 'short' }
  return format(locale, sameYear ? base : { ...base, year: 'numeric' }).format(new Date(at))
}

function relativeDay(days: number, locale: string): string {
  const text = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day')
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1)
}

/** Short moment for a list: time today, weekday within a week, date otherwise. */
export function listMoment(at: string, nowMs: number, locale: string): string {
  const days = daysBetween(at, nowMs)
  if (days <= 0) return timeOfDay(at, locale)
  if (days === 1) return relativeDay(-1, locale)
  if (days < 7) return format(locale, { weekday: 'short' }).format(new Date(at))
  return format(locale, { month: 'numeric', day: 'numeric' }).format(new Date(at))
}

/** A running time: 0:07, 12:40, 3:05:09. Negative counts as zero. */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds))
  const h = Math.floor(s / 3600)
  const m = Math.floor((s % 3600) / 60)
  const tail = `${String(s % 60).padStart(2, '0')}`
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${tail}` : `${m}:${tail}`
}

/** A coarse length in the unit that matters, as number and unit for `Intl`-style words: 40 s, 12 min, 3 h, 2 d. */
export function coarse(seconds: number): { value: number; unit: 'second' | 'minute' | 'hour' | 'day' } {
  const s = Math.max(0, Math.floor(seconds))
  if (s < 60) return { value: s, unit: 'second' }
  if (s < 3600) return { value: Math.floor(s / 60), unit: 'minute' }
  if (s < 86_400) return { value: Math.floor(s / 3600), unit: 'hour' }
  return { value: Math.floor(s / 86_400), unit: 'day' }
}

export function coarseText(seconds: number, locale: string): string {
  const { value, unit } = coarse(seconds)
  const key = `${locale}/${unit}`
  let found = units.get(key)
  if (!found) units.set(key, (found = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' })))
  return found.format(value)
}
const units = new Map<string, Intl.NumberFormat>()
