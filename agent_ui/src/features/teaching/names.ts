// How intents are called for people, and how figures of bots are written.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useTitles } from '@/features/studio/names'
import { useStudio } from '@/features/studio/studio'

/** What Rasa calls it when no intent is likely enough. */
export const FALLBACK = 'nlu_fallback'

export function useNames() {
  const { t, locale } = useI18n()
  const studio = useStudio()
  const { called, thing } = useTitles()
  const intent = (name: string): string => (!name || name === FALLBACK ? t('teaching.fallback') : called(name))

  const number = (value: number, options: Intl.NumberFormatOptions = {}) => new Intl.NumberFormat(locale.value, options).format(value)
  const percent = (share: number, digits = 0) => number(share, { style: 'percent', maximumFractionDigits: digits })
  /** A difference with its sign, in points of a hundred. */
  const points = (difference: number) => number(Math.round(difference * 1000) / 10, { signDisplay: 'exceptZero', maximumFractionDigits: 1 })
  const intents = computed(() => (studio.dataset.value?.intents ?? []).map((one) => ({ name: one.name, title: intent(one.name), examples: one.examples })))
  return { intent, intents, thing, number, percent, points }
}
