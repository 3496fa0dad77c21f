// How intents are called for people: their title where they have one, and their name.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Intent } from '@/api/studio'
import { titleOf } from '@/model/studioIntents'
import { useStudio } from './studio'

export function useTitles() {
  const { locale } = useI18n()
  const studio = useStudio()
  const known = computed(() => new Map(studio.dataset.value?.intents.map((one) => [one.name, one]) ?? []))
  const title = (intent: Intent): string => titleOf(intent, locale.value) || intent.name
  const called = (name: string): string => (known.value.has(name) ? title(known.value.get(name)!) : name)
  return { title, called }
}
