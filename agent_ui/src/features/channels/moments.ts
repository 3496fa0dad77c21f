// "3 min ago" for the health of channels and the log.
import { useI18n } from 'vue-i18n'
import { useNow } from '@/composables/now'
import { coarseText } from '@/model/time'

export function useMoments() {
  const { t, locale } = useI18n()
  const now = useNow()

  function ago(at: string): string {
    const seconds = (now.value - Date.parse(at)) / 1000
    return seconds < 10 ? t('channels.now') : t('channels.ago', { time: coarseText(seconds, locale.value) })
  }

  function soon(at: string): string {
    return coarseText(Math.max(0, (Date.parse(at) - now.value) / 1000), locale.value)
  }

  return { ago, soon }
}
