// The languages that forms offer, and how they are called in the reader's own.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

const USUAL = ['zh', 'en', 'ja', 'ko', 'fr', 'de', 'es', 'ru']

export function useLanguages() {
  const { locale } = useI18n()
  const names = computed(() => new Intl.DisplayNames([locale.value], { type: 'language' }))

  function languageName(code: string): string {
    try {
      return names.value.of(code) ?? code
    } catch {
      return code
    }
  }
  /** The usual ones, and those that are chosen already. */
  const languagesWith = (...chosen: (string | null | undefined)[]) => [...new Set([...USUAL, ...chosen.filter((one): one is string => !!one)])]

  return { languageName, languagesWith }
}
