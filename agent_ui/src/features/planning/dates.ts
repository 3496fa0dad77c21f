// Dates in the reader's language. A date has no zone: it is read and shown as UTC.
import { useI18n } from 'vue-i18n'

const MONDAY = '2024-01-01'

export function useDates() {
  const { locale } = useI18n()
  const show = (date: string, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale.value, { ...options, timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`))
  return {
    /** Monday is 0. */
    weekdayName: (day: number, weekday: 'long' | 'short' | 'narrow' = 'long') => show(`${MONDAY.slice(0, 8)}${String(day + 1).padStart(2, '0')}`, { weekday }),
    monthName: (month: string) => show(`${month}-01`, { year: 'numeric', month: 'long' }),
    dateName: (date: string) => show(date, { year: 'numeric', month: 'long', day: 'numeric', weekday: 'long' }),
    shortDate: (date: string) => show(date, { month: 'short', day: 'numeric', weekday: 'short' }),
  }
}
