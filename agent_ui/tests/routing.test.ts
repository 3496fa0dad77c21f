import { describe, expect, it } from 'vitest'
import type { Alarm, Candidate, Decision, Lane, QueueLive, Waiting } from '@/api/routing'
import en from '@/locales/queues/en.json'
import zh from '@/locales/queues/zh-CN.json'
import { compileMessage, type Source } from '@/model/messages'
import { filterWaiting, isStale, longestNow, NO_FILTER, reasonsOf, shareOf, shareTone, sortQueues, sortWaiting, staffTone, waitTone, worst } from '@/model/routingFigures'
import {
  alarmSentence,
  candidateSentence,
  decisionSentence,
  detailsOf,
  groupsOf,
  needsOf,
  nextStep,
  priorityWord,
  qualifySentence,
  reasonSentence,
  sortAlarms,
  stepSentence,
  unheard,
  type Names,
} from '@/model/routingWords'

const AT = '2026-11-22T08:00:00.000Z'
const NOW = Date.parse(AT)
const after = (seconds: number) => new Date(NOW + seconds * 1000).toISOString()

function waiting(fields: Partial<Waiting> = {}): Waiting {
  return {
    session_id: 's1',
    customer: { id: 'c1', name: '陈思远', level: 'normal' },
    channel_id: 'web',
    queue_id: 'default',
    priority: 5,
    lane: null,
    skills: {},
    language: null,
    team_id: null,
    feeling: null,
    since: AT,
    waited_s: 0,
    place: 'line',
    position: 1,
    estimated_wait_s: null,
    agent_id: null,
    agent_name: '',
    reason: { code: 'no_room', parameters: {} },
    next: [],
    qualify: { eligible: 1, full: 1, away: 0, excluded: 0 },
    ...fields,
  }
}

const mark = (lane: Lane) => ({ lane, rule: '', because: '', at: AT, due_at: null, skill: '' })

function queue(fields: Partial<QueueLive> = {}): QueueLive {
  return {
    id: 'default',
    name: 'Default',
    waiting: 1,
    offered: 0,
    active: 0,
    longest_wait_s: 10,
    mean_wait_s_15min: 0,
    answered_15min: 0,
    in_target_share_15min: 0,
    target_s: 120,
    agents: { online: 2, away: 0, free_units: 1, units: 10 },
    hours: { open: null, changes_at: null },
    ...fields,
  }
}

function alarm(fields: Partial<Alarm> = {}): Alarm {
  return {
    id: 'a1',
    version: 1,
    about: '',
    acknowledged_by_name: '',
    kind: 'no_eligible_agent',
    severity: 'warning',
    subject: { kind: 'session', id: 's1', name: '陈思远' },
    parameters: {},
    raised_at: AT,
    cleared_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    ...fields,
  }
}

const names: Names = {
  skill: (id) => ({ billing: '账单' })[id] ?? id,
  language: (code) => ({ zh: '中文' })[code] ?? code,
  agent: (id) => ({ ann: '安然' })[id] ?? id,
  team: (id) => id,
  queue: (id) => id,
  channel: (id) => id,
  time: (at) => at.slice(11, 16),
  span: (seconds) => `${seconds} s`,
  list: (parts) => parts.join('、'),
}

/** The sentence as the screen says it in one language. */
function said(source: Source, path: string, values: Record<string, string | number>, n = 1): string {
  const found = path.split('.').reduce<string | Source>((at, key) => (at as Source)[key]!, source)
  expect(typeof found, path).toBe('string')
  return compileMessage(found as string)({ named: (key) => values[key], plural: (cases) => cases[Math.min(n, cases.length) - 1]! })
}

describe('figures of queues', () => {
  it('turn near the target and at it', () => {
    expect([0, 89, 90, 120, 120.5].map((s) => waitTone(s, 120))).toEqual(['calm', 'calm', 'soon', 'soon', 'late'])
    expect(waitTone(null, 120)).toBe('calm')
    expect(waitTone(9_999, 0)).toBe('calm')
    expect([1, 0.8, 0.79, 0.6, 0.59, null].map(shareTone)).toEqual(['calm', 'calm', 'soon', 'soon', 'late', 'calm'])
  })

  it('ask for people only where somebody waits in open hours', () => {
    const none = { online: 0, away: 1, free_units: 0, units: 0 }
    expect(staffTone(queue({ agents: none }))).toBe('late')
    expect(staffTone(queue({ agents: none, waiting: 0 }))).toBe('calm')
    expect(staffTone(queue({ agents: none, hours: { open: false, changes_at: null } }))).toBe('calm')
    expect(staffTone(queue({ agents: { ...none, online: 1 } }))).toBe('soon')
    expect(staffTone(queue())).toBe('calm')
    expect(worst('calm', 'late', 'soon')).toBe('late')
  })

  it('go on while nobody has asked again', () => {
    expect(longestNow(queue(), AT, NOW + 5_000)).toBe(15)
    expect(longestNow(queue({ waiting: 0 }), AT, NOW)).toBeNull()
    expect(longestNow(queue(), AT, NOW - 60_000)).toBe(10)
  })

  it('have no share where nobody was answered', () => {
    expect(shareOf(queue({ in_target_share_15min: 0 }))).toBeNull()
    expect(shareOf(queue({ answered_15min: 4, in_target_share_15min: 0.5 }))).toBe(0.5)
  })

  it('put the queues first that need somebody', () => {
    const queues = [queue({ id: 'b', name: 'B' }), queue({ id: 'c', name: 'C', longest_wait_s: 500 }), queue({ id: 'a', name: 'A' }), queue({ id: 'd', name: 'D', waiting: 4 })]
    expect(sortQueues(queues, (one) => waitTone(one.longest_wait_s, one.target_s)).map((one) => one.id)).toEqual(['c', 'd', 'a', 'b'])
  })

  it('are old when nobody answered for long, and soon when the connection is gone', () => {
    expect(isStale(null, NOW, false, 10)).toBe(false)
    expect(isStale(NOW, NOW + 24_000, true, 10)).toBe(false)
    expect(isStale(NOW, NOW + 26_000, true, 10)).toBe(true)
    expect(isStale(NOW, NOW + 4_000, false, 10)).toBe(true)
  })
})

describe('the list of those who wait', () => {
  const rows = [
    waiting({ session_id: 'new', since: after(60), priority: 1, estimated_wait_s: 30 }),
    waiting({ session_id: 'old', since: after(0), estimated_wait_s: 90, reason: { code: 'held', parameters: {} } }),
    waiting({ session_id: 'fire', since: after(90), priority: 0, lane: mark('emergency'), queue_id: 'vip' }),
    waiting({ session_id: 'data', since: after(30), lane: mark('reviewed') }),
  ]
  const ids = (list: Waiting[]) => list.map((row) => row.session_id)

  it('is sorted by wait, by lane and priority, and by what is still to come', () => {
    expect(ids(sortWaiting(rows, 'waited'))).toEqual(['old', 'data', 'new', 'fire'])
    expect(ids(sortWaiting(rows, 'priority'))).toEqual(['fire', 'data', 'new', 'old'])
    expect(ids(sortWaiting(rows, 'expected'))).toEqual(['data', 'fire', 'old', 'new'])
    expect(ids(rows)).toEqual(['new', 'old', 'fire', 'data'])
  })

  it('is filtered by queue, reason, lane and all words of a search', () => {
    const text = (row: Waiting) => `${row.session_id} ${row.reason.code}`
    const only = (filter: object) => ids(filterWaiting(rows, { ...NO_FILTER, ...filter }, text))
    expect(only({ queue: 'vip' })).toEqual(['fire'])
    expect(only({ reason: 'held' })).toEqual(['old'])
    expect(only({ lane: 'normal' })).toEqual(['new', 'old'])
    expect(only({ search: ' ROOM  data' })).toEqual(['data'])
    expect(only({})).toHaveLength(4)
    expect(reasonsOf(rows)).toEqual([{ code: 'no_room', count: 3 }, { code: 'held', count: 1 }])
  })
})

describe('why somebody waits', () => {
  const row = waiting({ skills: { billing: 3 }, language: 'zh', qualify: { eligible: 2, full: 2, away: 0, excluded: 0 } })

  it('names the needs and who could meet them', () => {
    const level = (source: Source) => (skill: string, n: number) => said(source, 'queues.level', { skill, n })
    expect(needsOf(row, names, level(zh))).toEqual(['账单 3 级', '中文'])
    const found = qualifySentence(row.qualify)
    expect(said(zh, `queues.why.${found.key}`, found.values, found.n)).toBe('2 位客服符合，都已满')
    expect(said(en, `queues.why.${found.key}`, found.values, found.n)).toBe('2 agents qualify, all full')
  })

  it('calls priorities as rules and channels do', () => {
    expect([0, 1, 3, 5, 9].map(priorityWord)).toEqual(['urgent', 'vip', 'other', 'normal', 'low'])
  })

  it('tells full, away and declined apart', () => {
    const key = (eligible: number, full: number, away: number, excluded: number) => qualifySentence({ eligible, full, away, excluded }).key
    expect([key(0, 0, 0, 0), key(2, 2, 0, 0), key(2, 0, 2, 0), key(1, 0, 0, 1), key(3, 1, 1, 0), key(2, 0, 0, 0)]).toEqual(['nobody', 'allFull', 'allAway', 'allExcluded', 'mixed', 'free'])
  })

  it('has a sentence for every reason, with and without a name, and for one that is new', () => {
    for (const code of ['no_room', 'no_eligible_agent', 'held', 'outside_hours', 'offered', 'unanswered', 'bot_silent', 'unknown_to_router', 'moon_phase']) {
      for (const parameters of [{}, { agent: 'ann' }]) {
        for (const source of [zh, en]) {
          const found = reasonSentence({ code, parameters }, names)
          expect(said(source, `queues.why.${found.key}`, found.values)).not.toMatch(/[{}]|undefined/)
        }
      }
    }
    expect(said(en, `queues.why.${reasonSentence({ code: 'moon_phase' }, names).key}`, reasonSentence({ code: 'moon_phase' }, names).values)).toContain('moon_phase')
  })

  it('says what is next', () => {
    const relax = { at: after(18), code: 'relax', parameters: { skill: 'billing', needs: 2 } }
    expect(nextStep([{ at: after(60), code: 'earmark' }, relax, { at: after(-30), code: 'hold_ends' }], NOW)).toBe(relax)
    expect(nextStep([], NOW)).toBeNull()
    const found = stepSentence(relax, names)
    const what = said(zh, `queues.next.${found.key}`, found.values)
    expect(said(zh, 'queues.next.in', { time: '18 秒', what })).toBe('18 秒后放宽到账单 2 级')
    expect(stepSentence({ code: 'relax', parameters: { skill: 'billing' } }, names).key).toBe('relaxAway')
    for (const code of ['offer_ends', 'hold_ends', 'queue_opens', 'earmark', 'exclusion_ends', 'overflow', 'recall', 'due', 'target', 'moon_phase']) {
      for (const parameters of [{}, { agent: 'ann', team_id: 'north' }]) {
        const step = stepSentence({ code, parameters }, names)
        for (const source of [zh, en]) expect(said(source, `queues.next.${step.key}`, step.values)).not.toMatch(/[{}]|undefined/)
      }
    }
  })
})

describe('the trace', () => {
  const candidate = (agent_id: string, eligible: boolean, ...codes: string[]): Candidate => ({ agent_id, name: agent_id, eligible, reasons: codes, details: [] })

  it('puts those who could have had it first', () => {
    const decision = { candidates: [candidate('a', false, 'skill_missing'), candidate('b', true, 'full'), candidate('c', true)] }
    expect(groupsOf(decision).map((group) => [group.kind, group.items.map((one) => one.agent_id)])).toEqual([['free', ['c']], ['busy', ['b']], ['not', ['a']]])
    expect(groupsOf({ candidates: [] })).toEqual([])
  })

  it('reads codes with parameters, and plain codes where there are no others', () => {
    const one = candidate('a', false, 'skill_level')
    expect(detailsOf(one)).toEqual([{ code: 'skill_level' }])
    const detail = { code: 'skill_level', parameters: { skill: 'billing', needs: 3, has: 1 } }
    expect(detailsOf({ ...one, details: [detail] })).toEqual([detail])
    const found = candidateSentence(detail, names)
    expect(said(zh, `trace.why.${found.key}`, found.values)).toBe('账单 1 级，需要 3 级')
    expect(said(en, `trace.why.${found.key}`, found.values)).toBe('账单 level 1, needs 3')
  })

  it('knows that a team is a skill inside the router', () => {
    const found = candidateSentence({ code: 'skill_missing', parameters: { skill: 'team:north', needs: 1 } }, names)
    expect(said(en, `trace.why.${found.key}`, found.values)).toBe('Not in north')
    expect(stepSentence({ code: 'relax', parameters: { skill: 'team:north' } }, names).key).toBe('overflowAll')
    expect(needsOf({ skills: { 'team:north': 1 }, language: null, team_id: 'north' }, names, String)).toEqual(['north'])
  })

  it('knows instants in seconds and in words', () => {
    for (const until of [NOW / 1000, AT]) expect(candidateSentence({ code: 'excluded', parameters: { until } }, names)).toEqual({ key: 'excluded', values: expect.objectContaining({ until: '08:00' }) })
    expect(candidateSentence({ code: 'excluded' }, names).key).toBe('excludedPlain')
  })

  it('has a sentence for each decision, however its name is written', () => {
    const made = (decision: string, agent_id: string | null, position: number | null = null): Decision => ({ at: AT, decision, agent_id, reason: null, queue_id: null, position, candidates: [], candidates_total: 0, next: [] })
    expect(decisionSentence(made('Offered', 'ann'), names)).toEqual({ key: 'offered', values: expect.objectContaining({ agent: '安然' }) })
    expect(decisionSentence(made('OutsideHours', null), names).key).toBe('outside_hours')
    expect(decisionSentence(made('waiting', null, 3), names).key).toBe('waitingAt')
    for (const name of ['offered', 'rescinded', 'assigned', 'unassigned', 'waiting', 'outside_hours', 'refused', 'transfer_failed', 'alert', 'new_one']) {
      for (const agent of ['ann', null]) {
        const found = decisionSentence(made(name, agent), names)
        for (const source of [zh, en]) expect(said(source, `trace.decision.${found.key}`, found.values)).not.toMatch(/[{}]|undefined/)
      }
    }
  })
})

describe('alarms', () => {
  it('stand with the open and critical first, cleared ones last', () => {
    const list = [
      alarm({ id: 'gone', cleared_at: after(9), severity: 'critical' }),
      alarm({ id: 'seen', acknowledged_at: after(5) }),
      alarm({ id: 'early' }),
      alarm({ id: 'late', raised_at: after(60) }),
      alarm({ id: 'bad', severity: 'critical' }),
    ]
    expect(sortAlarms(list).map((one) => one.id)).toEqual(['bad', 'late', 'early', 'seen', 'gone'])
    expect(unheard(list).map((one) => one.id)).toEqual(['early', 'late', 'bad'])
  })

  it('say what nobody has', () => {
    const found = alarmSentence(alarm({ subject: { kind: 'queue', id: 'default', name: '售后组' }, parameters: { skills: 'billing 3, after sales 5', language: 'zh', team_id: '', sessions: 2 } }), names)
    expect(said(zh, `alarms.kind.${found.key}`, found.values)).toBe('售后组：需要账单 ≥ 3、after sales ≥ 5、中文，没有符合的客服在线')
  })

  it('have a sentence for each kind, and for one that is new', () => {
    const kinds = ['no_eligible_agent', 'wait_over_target', 'emergency_overdue', 'unanswered', 'bot_silent', 'unknown_to_router', 'nobody_online', 'queue_without_hours', 'moon']
    for (const kind of kinds) {
      const found = alarmSentence(alarm({ kind: kind as Alarm['kind'], parameters: { waiting: 3 } }), names)
      for (const source of [zh, en]) expect(said(source, `alarms.kind.${found.key}`, found.values)).toContain('陈思远')
    }
  })
})
