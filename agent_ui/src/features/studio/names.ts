// How what a bot is taught is called for people: by the titles in its files, else by words that many bots share, else by
// its name. The one place that decides it: a trainer meets the same name on every page.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Intent } from '@/api/studio'
import { botWord } from '@/features/console/botWords'
import { saidIn, TITLE_OF } from '@/model/studioAnswers'
import { titleOf } from '@/model/studioIntents'
import { useStudio } from './studio'

export function useTitles() {
  const { locale } = useI18n()
  const studio = useStudio()
  const intents = computed(() => new Map(studio.dataset.value?.intents.map((one) => [one.name, one]) ?? []))
  const responses = computed(() => new Map(studio.dataset.value?.responses.map((one) => [one.name, one]) ?? []))

  function word(kind: 'intent' | 'slot', name: string): string {
    const found = botWord(locale.value, kind, name)
    return found === name.replaceAll('_', ' ') ? '' : found
  }
  const title = (intent: Pick<Intent, 'name' | 'title'>): string => titleOf(intent, locale.value) || word('intent', intent.name) || intent.name
  /** An intent by its name. */
  const called = (name: string): string => title(intents.value.get(name) ?? { name, title: {} })
  /** What an answer says, in the language of the console where it has that. */
  const said = (name: string): string => saidIn(responses.value.get(name)?.variations ?? [], locale.value)
  /** A slot, an entity or an action: agents are told these names too. */
  const thing = (name: string): string => said(TITLE_OF + name) || word('slot', name) || name
  return { title, called, said, thing }
}
