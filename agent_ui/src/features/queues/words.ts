// Sentences of the router in the reader's language: model/routingWords says which, this says them.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Alarm, Decision, Said, Step, Waiting } from '@/api/routing'
import { useNow } from '@/composables/now'
import { usePeople } from '@/composables/people'
import {
  alarmSentence,
  candidateSentence,
  decisionSentence,
  isAboutAgents,
  needsOf,
  nextStep,
  priorityWord,
  qualifySentence,
  reasonSentence,
  stepSentence,
  type Names,
} from '@/model/routingWords'
import { coarseText, daysBetween, listMoment, timeOfDay } from '@/model/time'
import { useAuth } from '@/stores/auth'
import { useWorkspace } from '@/stores/workspace'
import { useQueues } from './store'

const DEFAULT_QUEUE = 'default'
// Chinese has no spaces, but figures and Latin words beside it need one.
const BESIDE = /\p{Script=Han}(?=[\p{Script=Latin}\p{N}])|[\p{Script=Latin}\p{N}](?=\p{Script=Han})/gu

export function useRoutingWords() {
  const { t, te, locale } = useI18n()
  const now = useNow()
  const auth = useAuth()
  const people = usePeople()
  const workspace = useWorkspace()
  const queues = useQueues()

  function moment(at: string): string {
    const time = timeOfDay(at, locale.value)
    if (daysBetween(at, now.value) === 0) return time
    const ahead = -daysBetween(at, now.value)
    if (ahead < 0) return `${listMoment(at, now.value, locale.value)} ${time}`
    const date = new Date(at)
    const year = date.getFullYear() === new Date(now.value).getFullYear() ? undefined : 'numeric'
    const day = new Intl.DateTimeFormat(locale.value, ahead < 7 ? { weekday: 'short' } : { year, month: 'numeric', day: 'numeric' }).format(date)
    return `${day} ${time}`
  }

  const tools = computed(() => ({
    languages: new Intl.DisplayNames([locale.value], { type: 'language' }),
    list: new Intl.ListFormat(locale.value, { type: 'conjunction' }),
  }))

  function languageName(code: string): string {
    try {
      return tools.value.languages.of(code) ?? code
    } catch {
      return code
    }
  }

  /** The queue that is there without a record has no name until somebody gives it one. */
  function queueName(id: string): string {
    return queues.live?.queues.find((queue) => queue.id === id)?.name || (id === DEFAULT_QUEUE ? t('queues.default') : id)
  }

  const names: Names = {
    skill: (id) => workspace.skillName(id, locale.value),
    language: languageName,
    agent: (id) => (id === auth.agent?.id ? t('author.toYou') : people.agentName(id) || t('author.agent')),
    team: (id) => workspace.workspace?.teams.find((team) => team.id === id)?.name ?? id,
    queue: queueName,
    channel: (id) => workspace.channelName(id) || t('channel.other'),
    time: moment,
    span: (seconds) => coarseText(seconds, locale.value),
    list: (parts) => tools.value.list.format(parts).replace(BESIDE, '$& '),
  }

  const needs = (row: Waiting) => needsOf(row, names, (skill, n) => t('queues.level', { skill, n }))
  const needsShort = (row: Waiting) => needsOf(row, names, (skill, n) => t('queues.levelAtLeast', { skill, n }).replaceAll(' ', '\u00a0')).join(' · ')

  function qualified(row: Waiting): string {
    const found = qualifySentence(row.qualify)
    const parts = (['full', 'away', 'excluded'] as const).filter((key) => row.qualify[key] > 0).map((key) => t(`queues.why.${key}`, { n: row.qualify[key] }))
    return t(`queues.why.${found.key}`, { ...found.values, parts: names.list(parts) }, found.n ?? 1)
  }

  /** The whole reason of one row. */
  function why(row: Waiting): string {
    const own = reasonSentence(row.reason, names)
    const reason = t(`queues.why.${own.key}`, own.values)
    if (!isAboutAgents(row.reason) || row.reason.code === 'held') return reason
    const asked = needs(row)
    if (!asked.length && row.qualify.eligible === 0) return t('queues.why.nobodyAtAll')
    const a = asked.length ? t('queues.why.needs', { needs: names.list(asked) }) : t('queues.why.needsNone')
    return t('queues.why.join', { a, b: qualified(row) })
  }

  function step(one: Step): string {
    const found = stepSentence(one, names)
    const what = t(`queues.next.${found.key}`, found.values)
    const left = Math.ceil((Date.parse(one.at) - now.value) / 1000)
    if (left <= 0) return t('queues.next.now', { what })
    return left < 3600 ? t('queues.next.in', { time: coarseText(left, locale.value), what }) : t('queues.next.at', { time: moment(one.at), what })
  }

  /** What was to happen after a decision, told by the clock. */
  function plans(decision: Decision): string[] {
    return (decision.next ?? []).map((one) => {
      const found = stepSentence(one, names)
      return t('queues.next.at', { time: moment(one.at), what: t(`queues.next.${found.key}`, found.values) })
    })
  }

  /** What happens next and when; without anything that is due, what it waits for. */
  function next(row: Waiting): string {
    const { agent_name: name, until } = row.reason.parameters
    const ends = row.place === 'offer' && until ? [{ at: String(until), code: 'offer_ends', parameters: { agent_name: name ?? '' } }] : []
    const one = nextStep([...row.next, ...ends], now.value)
    if (one) return step(one)
    if (!isAboutAgents(row.reason)) return ''
    if (row.qualify.eligible > 0) return t('queues.next.nothing')
    return t(needs(row).length ? 'queues.next.nobody' : 'queues.next.nobodyAtAll')
  }

  function decision(one: Decision): string {
    const found = decisionSentence(one, names)
    return t(`trace.decision.${found.key}`, found.values)
  }

  function because(reason: Said): string {
    if (te(`trace.because.${reason.code}`)) return t(`trace.because.${reason.code}`)
    const found = reasonSentence(reason, names)
    return found.key === 'other' ? t('trace.because.other', { code: reason.code }) : t(`queues.why.${found.key}`, found.values)
  }

  function whyNot(details: readonly Said[]): string {
    const said = details.map((detail) => {
      const found = candidateSentence(detail, names)
      return t(`trace.why.${found.key}`, found.values)
    })
    return names.list(said)
  }

  function alarm(one: Alarm): string {
    const found = alarmSentence(one, names)
    if (one.subject.kind === 'queue') found.values.name = one.subject.name || queueName(one.subject.id)
    if (one.subject.kind === 'session' && !one.subject.name) found.values.name = `${t('thread.anonymous')} ${one.subject.id.slice(-4)}`
    if (one.subject.kind === 'router') found.values.name = t('alarms.many', { n: Number(one.parameters.sessions ?? 0) })
    return t(`alarms.kind.${found.key}`, found.values)
  }

  /** A priority as rules and channels call it. */
  const priority = (n: number) => t(`queues.priority.${priorityWord(n)}`, { n })

  function reasonWord(code: string): string {
    return te(`queues.reasonWord.${code}`) ? t(`queues.reasonWord.${code}`) : t('queues.reasonWord.other', { code })
  }

  return { names, moment, needsShort, why, step, plans, next, decision, because, whyNot, alarm, priority, reasonWord }
}
