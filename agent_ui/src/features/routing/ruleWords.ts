// What a rule says, as a sentence in the reader's language.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { RuleThen, RuleWhen } from '@/api/routingAdmin'
import { thenClauses, whenClauses, type Clause, type RuleNames } from '@/model/routingRules'
import { useWorkspace } from '@/stores/workspace'
import { useLanguages } from './languages'
import { PRIORITIES } from './looks'
import { useQueueList } from './store'

// Chinese has no spaces, but figures and Latin words beside it need one.
const BEFORE = /(\p{Script=Han})(?=[\p{Script=Latin}\p{N}])/gu
const AFTER = /([\p{Script=Latin}\p{N}])(?=\p{Script=Han})/gu

export function useRuleWords() {
  const { t, locale } = useI18n()
  const workspace = useWorkspace()
  const queues = useQueueList()
  const { languageName } = useLanguages()
  const tools = computed(() => ({
    either: new Intl.ListFormat(locale.value, { type: 'disjunction' }),
    all: new Intl.ListFormat(locale.value, { type: 'conjunction' }),
  }))
  const spaced = (text: string) => text.replace(BEFORE, '$1 ').replace(AFTER, '$1 ')

  const priorityName = (n: number) => (PRIORITIES.includes(n) ? t(`channels.priorities.p${n}`) : t('channels.priorityOther', { n }))
  const levelName = (level: string) => t(`routing.level.${level}`)
  const feelingName = (feeling: string) => t(`lanes.feeling.${feeling}`)
  const botName = (id: string) => workspace.workspace?.bots.find((one) => one.id === id)?.name ?? id
  const teamName = (id: string) => workspace.workspace?.teams.find((one) => one.id === id)?.name ?? id

  const names: RuleNames = {
    channel: (id) => workspace.channelName(id) || t('routing.gone'),
    language: languageName,
    level: levelName,
    feeling: feelingName,
    bot: botName,
    queue: queues.nameOf,
    team: teamName,
    skill: (name, level) => t('queues.levelAtLeast', { skill: workspace.skillName(name, locale.value), n: level }),
    priority: priorityName,
    either: (parts) => spaced(tools.value.either.format(parts)),
    all: (parts) => spaced(tools.value.all.format(parts)),
    listed: (parts) => parts.join(t('routing.listGap')),
    quoted: (word) => t('routing.quoted', { word }),
  }
  const say = (group: 'if' | 'then') => (clause: Clause) => t(`routing.${group}.${clause.key}`, clause.values)
  const join = (parts: string[]) => parts.join(t('routing.and'))

  const whenText = (when: RuleWhen) => join(whenClauses(when, names).map(say('if'))) || t('routing.if.always')
  const thenText = (then: RuleThen) => join(thenClauses(then, names).map(say('then'))) || t('routing.then.nothing')

  return { whenText, thenText, names, priorityName, levelName, feelingName, botName, teamName }
}
