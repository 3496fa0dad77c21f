// How intents are called for people, and how figures of bots are written.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { botWord } from '@/features/console/botWords'
import { useStudio } from '@/features/studio/studio'

/** What Rasa calls it when no intent is likely enough. */
export const FALLBACK = 'nlu_fallback'

export function useNames() {
  const { t, locale } = useI18n()
  const studio = useStudio()
  /** Names that many bots share have words here; any other is shown as the files have it. */
  const isKnown = (name: string) => botWord(locale.value, 'intent', name) !== name.replaceAll('_', ' ')
  const titles = computed(() => new Map(studio.dataset.value?.intents.map((one) => [one.name, one.title[locale.value] ?? one.title[locale.value.slice(0, 2)] ?? '']) ?? []))

  function intent(name: string): string {
    if (!name || name === FALLBACK) return t('teaching.fallback')
    return titles.value.get(name) || (isKnown(name) ? botWord(locale.value, 'intent', name) : name)
  }

  const number = (value: number, options: Intl.NumberFormatOptions = {}) => new Intl.NumberFormat(locale.value, options).format(value)
  const percent = (share: number, digits = 0) => number(share, { style: 'percent', maximumFractionDigits: digits })
  /** A difference with its sign, in points of a hundred. */
  const points = (difference: number) => number(Math.round(difference * 1000) / 10, { signDisplay: 'exceptZero', maximumFractionDigits: 1 })
  const intents = computed(() => (studio.dataset.value?.intents ?? []).map((one) => ({ name: one.name, title: intent(one.name), examples: one.examples })))
  return { intent, intents, number, percent, points }
}
