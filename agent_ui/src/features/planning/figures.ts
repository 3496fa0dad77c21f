// Figures of waits in the reader's words.
import { useI18n } from 'vue-i18n'
import type { Measure } from '@/model/planningWhatIf'

export function useFigures() {
  const { locale } = useI18n()
  const number = (value: number, options: Intl.NumberFormatOptions = {}) => new Intl.NumberFormat(locale.value, options).format(value)
  const percent = (share: number) => number(share, { style: 'percent', maximumFractionDigits: 1 })
  function seconds(value: number): string {
    if (value < 120) return number(value, { style: 'unit', unit: 'second', unitDisplay: 'narrow', maximumFractionDigits: value < 10 ? 1 : 0 })
    return number(value / 60, { style: 'unit', unit: 'minute', unitDisplay: 'short', maximumFractionDigits: 1 })
  }
  const shown = (measure: Measure, value: number) => (measure === 'in_time' ? percent(value) : measure === 'gave_up' ? number(value) : seconds(value))
  return { number, percent, seconds, shown }
}
