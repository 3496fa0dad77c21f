// What the router says, as the key of a sentence and the values that go into it. Pure: names are given by the caller,
// and a code that this console does not know still leads to a sentence, one that names the code.
import type { Alarm, Candidate, Decision, Parameters, Said, Step, Waiting } from '@/api/routing'

export interface Names {
  skill(id: string): string
  language(code: string): string
  agent(id: string): string
  team(id: string): string
  queue(id: string): string
  channel(id: string): string
  time(at: string): string
  /** How long something takes or took. */
  span(seconds: number): string
  /** "a, b and c" in the language of the reader. */
  list(parts: string[]): string
}

/** `n` chooses between singular and plural. */
export interface Sentence {
  key: string
  values: Record<string, string | number>
  n?: number
}

type Found = { key: string; values: Record<string, string | number> }

/** Inside the router a team is a skill with this in front. */
const TEAM = 'team:'

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
const num = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

/** Instants come as RFC 3339; the router itself counts seconds since 1970. */
function moment(value: unknown): string | null {
  if (typeof value === 'number' && value > 0) return new Date(value * 1000).toISOString()
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : null
}

/** The parameters with names in the place of ids, and times as they are read. */
export function valuesOf(parameters: Parameters | undefined, names: Names): Record<string, string | number> {
  const p = parameters ?? {}
  const out: Record<string, string | number> = {}
  for (const [key, value] of Object.entries(p)) {
    if (typeof value === 'string' || typeof value === 'number') out[key] = value
  }
  if ('skill' in p) out.skill = names.skill(text(p.skill))
  const agent = text(p.agent) || text(p.agent_id)
  out.agent = text(p.agent_name) || (agent ? names.agent(agent) : '')
  const team = text(p.team) || text(p.team_id)
  out.team = text(p.team_name) || (team ? names.team(team) : '')
  const queue = text(p.queue) || text(p.queue_id)
  out.queue = queue ? names.queue(queue) : ''
  const channel = text(p.channel) || text(p.channel_id)
  out.channel = channel ? names.channel(channel) : ''
  for (const key of ['until', 'at', 'due_at', 'opens_at', 'changes_at', 'expires_at']) {
    const at = moment(p[key])
    if (at) out[key] = names.time(at)
  }
  for (const key of ['waited_s', 'silent_s', 'target_s', 'after_s', 'overdue_s']) {
    const seconds = num(p[key])
    if (seconds !== null) out[key] = names.span(seconds)
  }
  return out
}

/** What a session asks of whoever gets it, in words: skills with levels, language, team. */
export function needsOf(row: Pick<Waiting, 'skills' | 'language' | 'team_id'>, names: Names, level: (skill: string, n: number) => string): string[] {
  const skills = Object.entries(row.skills).filter(([id]) => !id.startsWith(TEAM)).map(([id, n]) => level(names.skill(id), n))
  return [...skills, ...(row.language ? [names.language(row.language)] : []), ...(row.team_id ? [names.team(row.team_id)] : [])]
}

/** How many could have it and what keeps them, from the four figures. */
export function qualifySentence(qualify: Waiting['qualify']): Sentence {
  const { eligible, full, away, excluded } = qualify
  const values = { n: eligible, full, away, excluded }
  if (eligible <= 0) return { key: 'nobody', values }
  const held = [full, away, excluded].filter((n) => n > 0).length
  if (full >= eligible) return { key: 'allFull', values, n: eligible }
  if (away >= eligible) return { key: 'allAway', values, n: eligible }
  if (excluded >= eligible) return { key: 'allExcluded', values, n: eligible }
  if (held === 0) return { key: 'free', values, n: eligible }
  return { key: 'mixed', values, n: eligible }
}

const PRIORITIES: Readonly<Record<number, 'urgent' | 'vip' | 'normal' | 'low'>> = { 0: 'urgent', 1: 'vip', 5: 'normal', 9: 'low' }

/** The word for a priority; those between have none of their own. */
export function priorityWord(priority: number): 'urgent' | 'vip' | 'normal' | 'low' | 'other' {
  return PRIORITIES[priority] ?? 'other'
}

const WAITING_FOR_AGENT = new Set(['no_room', 'no_eligible_agent', 'held'])

/** Whether the sentence of a reason is about needs and agents, or stands for itself. */
export function isAboutAgents(reason: Said): boolean {
  return WAITING_FOR_AGENT.has(reason.code)
}

const REASONS = new Set(['no_room', 'no_eligible_agent', 'held', 'outside_hours', 'offered', 'unanswered', 'bot_silent', 'unknown_to_router'])
// Sentences that name somebody have a form for when nobody is named.
const WITH_AGENT = new Set(['held', 'offered', 'unanswered'])

export function reasonSentence(reason: Said, names: Names): Found {
  const values = valuesOf(reason.parameters, names)
  if (!REASONS.has(reason.code)) return { key: 'other', values: { ...values, code: reason.code } }
  if (WITH_AGENT.has(reason.code) && values.agent) return { key: `${reason.code}By`, values }
  return { key: reason.code, values }
}

const STEPS = new Set(['offer_ends', 'hold_ends', 'queue_opens', 'earmark', 'exclusion_ends', 'relax', 'overflow', 'recall', 'due', 'target'])

export function stepSentence(step: Said, names: Names): Found {
  const values = valuesOf(step.parameters, names)
  if (text(step.parameters?.skill).startsWith(TEAM)) return { key: 'overflowAll', values }
  if (!STEPS.has(step.code)) return { key: 'other', values: { ...values, code: step.code } }
  if (step.code === 'relax' && !('needs' in values)) return { key: 'relaxAway', values }
  if (step.code === 'overflow' && !values.team) return { key: 'overflowAll', values }
  if ((step.code === 'offer_ends' || step.code === 'hold_ends' || step.code === 'exclusion_ends') && !values.agent) return { key: `${step.code}Plain`, values }
  return { key: step.code, values }
}

/** The next thing to happen: the earliest that is not over; a step whose moment has come stands for a moment longer. */
export function nextStep(steps: readonly Step[] | undefined, nowMs: number): Step | null {
  const coming = (steps ?? []).filter((step) => Date.parse(step.at) > nowMs - 2_000)
  return coming.reduce<Step | null>((first, step) => (!first || Date.parse(step.at) < Date.parse(first.at) ? step : first), null)
}

const CANDIDATE = new Set([
  'skill_missing', 'skill_level', 'language', 'channel', 'too_heavy', 'signed_out', 'lost', 'away', 'unresponsive', 'full', 'channel_full',
  'earmarked', 'excluded', 'held', 'team', 'disabled', 'not_agent',
])

export function candidateSentence(detail: Said, names: Names): Found {
  const values = valuesOf(detail.parameters, names)
  const skill = text(detail.parameters?.skill)
  if (skill.startsWith(TEAM)) return { key: 'team', values: { ...values, team: names.team(skill.slice(TEAM.length)) } }
  if (detail.code === 'language') values.needs = names.language(text(detail.parameters?.needs))
  if (detail.code === 'held' && !values.agent) return { key: 'heldPlain', values }
  if ((detail.code === 'lost' || detail.code === 'excluded') && !values.until) return { key: `${detail.code}Plain`, values }
  return CANDIDATE.has(detail.code) ? { key: detail.code, values } : { key: 'other', values: { ...values, code: detail.code } }
}

/** Reasons as codes with parameters where there are such, else the plain codes. */
export function detailsOf(candidate: Candidate): Said[] {
  return candidate.details?.length ? candidate.details : candidate.reasons.map((code) => ({ code }))
}

export interface Group {
  kind: 'free' | 'busy' | 'not'
  items: Candidate[]
}

/** Who could have it now, who could but for load or presence, and who could not; empty groups are left out. */
export function groupsOf(decision: Pick<Decision, 'candidates'>): Group[] {
  const free: Candidate[] = []
  const busy: Candidate[] = []
  const not: Candidate[] = []
  for (const one of decision.candidates) {
    if (!one.eligible) not.push(one)
    else if (detailsOf(one).length) busy.push(one)
    else free.push(one)
  }
  const groups: Group[] = [{ kind: 'free', items: free }, { kind: 'busy', items: busy }, { kind: 'not', items: not }]
  return groups.filter((group) => group.items.length)
}

const DECISIONS = new Set(['offered', 'rescinded', 'assigned', 'unassigned', 'waiting', 'outside_hours', 'refused', 'transfer_failed', 'alert'])

export function decisionSentence(decision: Decision, names: Names): Found {
  const code = decision.decision.replace(/([a-z])([A-Z])/g, '$1_$2').toLocaleLowerCase()
  const agent = decision.agent_id ? names.agent(decision.agent_id) : ''
  const values = { agent, position: decision.position ?? 0, code: decision.decision }
  if (!DECISIONS.has(code)) return { key: 'other', values }
  if (code === 'waiting') return { key: decision.position ? 'waitingAt' : 'waiting', values }
  return { key: agent || !['offered', 'assigned', 'unassigned', 'rescinded'].includes(code) ? code : `${code}Plain`, values }
}

const ALARMS = new Set<string>(['no_eligible_agent', 'wait_over_target', 'emergency_overdue', 'unanswered', 'bot_silent', 'unknown_to_router', 'nobody_online', 'queue_without_hours'])

export function alarmSentence(alarm: Alarm, names: Names): Found {
  const { skills, language, team_id: team } = alarm.parameters
  // The skills come as one text: `billing 3, repair 5`.
  const asked = text(skills).split(', ').filter(Boolean).map((one) => one.replace(/^(.*) (\d+)$/, (_all, id: string, level: string) => `${names.skill(id)} ≥ ${level}`))
  const needs = [...asked, ...(language ? [names.language(text(language))] : []), ...(team ? [names.team(text(team))] : [])]
  const values = { ...valuesOf(alarm.parameters, names), needs: names.list(needs), name: alarm.subject.name || alarm.subject.id.slice(-6) }
  if (alarm.kind === 'no_eligible_agent' && needs.length) return { key: 'no_eligible_agent_for', values }
  return ALARMS.has(alarm.kind) ? { key: alarm.kind, values } : { key: 'other', values: { ...values, kind: alarm.kind } }
}

const SEVERITY = { critical: 0, warning: 1 }

/** Open ones first, critical and unacknowledged above; the newest first among equals. */
export function sortAlarms(alarms: readonly Alarm[]): Alarm[] {
  const group = (one: Alarm) => (one.cleared_at ? 4 : (one.acknowledged_at ? 2 : 0) + SEVERITY[one.severity])
  return [...alarms].sort((a, b) => group(a) - group(b) || Date.parse(b.raised_at) - Date.parse(a.raised_at) || (a.id < b.id ? -1 : 1))
}

/** What still asks for somebody. */
export function unheard(alarms: readonly Alarm[]): Alarm[] {
  return alarms.filter((one) => !one.cleared_at && !one.acknowledged_at)
}
