import { describe, expect, it } from 'vitest'
import type { CalendarDate, Member, Waits, WhatIfResult } from '@/api/planning'
import type { Queue, RouterSettings } from '@/api/routingAdmin'
import { linesOf, pathOf, scaleOf, ticksOf } from '@/model/planningChart'
import { addDays, addMonths, copiedTo, endOf, fieldOf, hoursOf, isSound, kindOf, monthRows, spanFaults, todayIn, weekHours, weekOf, withDate, withSpan, type Week } from '@/model/planningHours'
import { changeOf, coverage, coverageTone, membersFor, moveCell, skillKey, typed, valueOf, withValue } from '@/model/planningSkills'
import { agentChange, barScale, countOf, newAgents, PLAYED, queueChange, queueWish, sentencesOf, settingsChange, turnOf, verdictOf } from '@/model/planningWhatIf'

const WORKWEEK: Week = [0, 1, 2, 3, 4, 5, 6].map((day) => (day < 5 ? [['09:00', '12:00'], ['13:30', '18:00']] : []))

describe('a week of hours', () => {
  it('goes to the hub and comes back as it was, in order', () => {
    expect(weekOf([...hoursOf(WORKWEEK)].reverse())).toEqual(WORKWEEK)
    expect(weekHours(WORKWEEK)).toBe(37.5)
    expect(weekHours([[['22:00', '24:00']], [], [], [], [], [], []])).toBe(2)
  })

  it('says what is wrong with each span', () => {
    expect(spanFaults([['09:00', '12:00'], ['11:59', '13:00'], ['13:00', '14:00']])).toEqual(['overlap', 'overlap', null])
    expect(spanFaults([['12:00', '12:00'], ['', '13:00'], ['20:00', '24:00']])).toEqual(['order', 'time', null])
    expect(isSound(WORKWEEK)).toBe(true)
    expect(isSound([[['18:00', '09:00']], [], [], [], [], [], []])).toBe(false)
  })

  it('can end at midnight, which time fields call 00:00', () => {
    expect([endOf('00:00'), endOf('18:00'), fieldOf('24:00'), fieldOf('18:00')]).toEqual(['24:00', '18:00', '00:00', '18:00'])
  })

  it('grows by spans that do not overlap', () => {
    let spans = withSpan([])
    expect(spans).toEqual([['09:00', '18:00']])
    spans = withSpan(spans)
    expect(spans[1]).toEqual(['19:00', '23:00'])
    expect(spanFaults(spans)).toEqual([null, null])
    expect(withSpan([['09:00', '20:30']])[1]).toEqual(['21:30', '24:00'])
  })

  it('is copied to the workdays or to all, each day on its own', () => {
    const week = copiedTo([[['08:00', '10:00']], [], [], [], [], [['10:00', '11:00']], []], 0, 'workdays')
    expect(week.map((spans) => spans.length)).toEqual([1, 1, 1, 1, 1, 1, 0])
    expect(week[5]).toEqual([['10:00', '11:00']])
    week[1]![0]![0] = '07:00'
    expect(week[0]![0]![0]).toBe('08:00')
    expect(copiedTo(week, 5, 'all')[6]).toEqual([['10:00', '11:00']])
  })
})

describe('dates', () => {
  const date = (day: string, why: CalendarDate['why'], open: [string, string][] = []): CalendarDate => ({ date: day, why, open, name: '' })

  it('are off or worked against their weekday', () => {
    expect(kindOf(date('2026-10-01', 'special'), WORKWEEK)).toBe('holiday')
    expect(kindOf(date('2026-10-01', 'holiday'), WORKWEEK)).toBe('holiday')
    expect(kindOf(date('2026-10-10', 'special', [['09:00', '18:00']]), WORKWEEK)).toBe('workday')
    expect(kindOf(date('2026-10-09', 'special', [['09:00', '12:00']]), WORKWEEK)).toBe('other')
    expect(kindOf(date('2026-10-12', 'weekday', [['09:00', '18:00']]), WORKWEEK)).toBe('open')
    expect(kindOf(date('2026-10-11', 'weekday'), WORKWEEK)).toBe('closed')
  })

  it('stand in months that begin on Monday', () => {
    const dates = new Map(Array.from({ length: 31 }, (_, n) => [addDays('2026-10-01', n), date(addDays('2026-10-01', n), 'weekday')]))
    const rows = monthRows('2026-10', dates)
    expect(rows.map((row) => row.length)).toEqual([7, 7, 7, 7, 7])
    expect(rows[0]!.map((one) => one?.date.slice(8) ?? '')).toEqual(['', '', '', '01', '02', '03', '04'])
    expect(rows.at(-1)!.map((one) => one?.date.slice(8) ?? '')).toEqual(['26', '27', '28', '29', '30', '31', ''])
    expect([addMonths('2026-11', 3), addMonths('2026-01', -1), addDays('2024-02-28', 1)]).toEqual(['2027-02', '2025-12', '2024-02-29'])
  })

  it('are those of the zone', () => {
    const at = Date.parse('2026-11-22T17:00:00Z')
    expect([todayIn('Asia/Shanghai', at), todayIn('UTC', at), todayIn('Nowhere/At_All', at)]).toEqual(['2026-11-23', '2026-11-22', '2026-11-22'])
  })

  it('are set one by one, and again like their weekday', () => {
    const days = [{ date: '2026-10-01', name: 'National Day', hours: [] }]
    const more = withDate(days, '2026-05-01', { name: '', hours: [['09:00', '12:00']] })
    expect(more.map((one) => one.date)).toEqual(['2026-05-01', '2026-10-01'])
    expect(withDate(more, '2026-10-01', null).map((one) => one.date)).toEqual(['2026-05-01'])
    expect(days).toHaveLength(1)
  })
})

function member(fields: Partial<Member> = {}): Member {
  return { id: 'a', email: 'ann@example.com', name: 'Ann', roles: ['agent'], skills: {}, languages: ['zh'], capacity: 5, team_ids: [], disabled: false, ...fields } as Member
}

describe('the grid of skills', () => {
  it('is walked like a spreadsheet and never left', () => {
    const at = { row: 1, column: 1 }
    expect(moveCell(at, 'ArrowUp', false, 3, 4)).toEqual({ row: 0, column: 1 })
    expect(moveCell({ row: 2, column: 3 }, 'ArrowDown', false, 3, 4)).toEqual({ row: 2, column: 3 })
    expect(moveCell(at, 'ArrowRight', true, 3, 4)).toEqual({ row: 1, column: 3 })
    expect(moveCell(at, 'Home', false, 3, 4)).toEqual({ row: 1, column: 0 })
    expect(moveCell(at, 'End', true, 3, 4)).toEqual({ row: 2, column: 3 })
    expect(moveCell(at, 'Enter', false, 3, 4)).toEqual({ row: 2, column: 1 })
    expect(moveCell(at, 'x', false, 3, 4)).toBeNull()
  })

  it('joins digits to one number while it is possible', () => {
    expect(typed('', '7', 10)).toBe('7')
    expect(typed('1', '0', 10)).toBe('10')
    expect(typed('1', '1', 10)).toBe('1')
    expect(typed('0', '4', 10)).toBe('4')
    expect(typed('10', '5', 10)).toBe('5')
    expect(typed('12', '0', 1000)).toBe('120')
  })

  it('changes one cell and tells the hub only what differs', () => {
    const before = member({ skills: { billing: 3 } })
    const skill = { kind: 'skill', name: 'billing' } as const
    expect(withValue(before, skill, 0).skills).toEqual({})
    expect(valueOf(withValue(before, skill, 10), skill)).toBe(10)
    expect(before.skills).toEqual({ billing: 3 })
    expect(changeOf(before, withValue(before, skill, 3))).toBeNull()
    expect(changeOf(before, withValue(before, { kind: 'capacity' }, 8))).toEqual({ capacity: 8 })
    expect(changeOf(before, withValue(before, { kind: 'languages' }, ['zh', 'en']))).toEqual({ languages: ['zh', 'en'] })
    expect(changeOf(before, withValue(before, { kind: 'skill', name: 'refunds' }, 1))).toEqual({ skills: { billing: 3, refunds: 1 } })
  })

  it('counts who is able, and who of them is there', () => {
    const people = [member({ id: 'a', skills: { billing: 3 } }), member({ id: 'b', skills: { billing: 2 } }), member({ id: 'c', skills: { billing: 9 } })]
    const found = coverage(people, 'billing', 3, (id) => id === 'c')
    expect(found).toEqual({ able: 2, online: 1 })
    expect([coverageTone(found), coverageTone({ able: 2, online: 0 }), coverageTone({ able: 0, online: 0 })]).toEqual(['calm', 'soon', 'late'])
  })

  it('shows who may serve and whom the search means', () => {
    const people = [member({ id: 'b', name: 'Bo' }), member({ id: 's', name: 'Aya', roles: ['supervisor'] }), member({ id: 'x', name: 'Xi', roles: ['auditor'] }), member({ id: 'g', name: 'Gone', disabled: true }), member({ id: 'a', name: 'Ann' })]
    expect(membersFor(people, '', (one) => one.name).map((one) => one.name)).toEqual(['Ann', 'Bo', 'Aya'])
    expect(membersFor(people, 'Ｂｏ ', (one) => one.name).map((one) => one.name)).toEqual(['Bo'])
  })

  it('makes keys of names', () => {
    expect([skillKey(' Phone  Repairs '), skillKey('账单')]).toEqual(['phone_repairs', '账单'])
  })
})

const waits = (fields: Partial<Waits> = {}): Waits => ({ asked: 100, answered: 95, gave_up: 5, turned_away: 0, mean_s: 60, answered_mean_s: 60, p90_s: 150, waited: 0.9, in_time: 0.7, ...fields })

describe('a what-if', () => {
  const present = { ...Object.fromEntries(PLAYED.map((name) => [name, 20])), aging_s: null } as unknown as RouterSettings
  const queue = { id: 'default', name: '', placement: 'spread', prefer: null, business_hours_id: null, overflow: [], target_s: 120 } as unknown as Queue

  it('wishes only what differs', () => {
    const same = Object.fromEntries(PLAYED.map((name) => [name, present[name]])) as Record<(typeof PLAYED)[number], number | null>
    expect(settingsChange(present, same)).toEqual({})
    expect(settingsChange(present, { ...same, aging_s: 300, sticky_hold_s: 0 })).toEqual({ aging_s: 300, sticky_hold_s: 0 })
    expect(queueChange(queue, queueWish(queue))).toEqual({})
    expect(queueChange(queue, { ...queueWish(queue), placement: 'pack' })).toEqual({ placement: 'pack' })
    expect(agentChange({ capacity: 5, skills: { a: 1, b: 2 } }, { agentId: 'x', capacity: 5, skills: { b: 2, a: 1 } })).toBeNull()
    expect(agentChange({ capacity: 5, skills: {} }, { agentId: 'x', capacity: 8, skills: {} })).toEqual({ capacity: 8 })
    const wish = { day: '2026-11-22', settings: { aging_s: 300 }, queues: { default: { placement: 'pack' as const, prefer: null } }, hours: {}, relax: { default: [], vip: [] }, agents: { add: [newAgents()], remove: ['a'], change: {} } }
    expect(countOf(wish)).toBe(7)
  })

  it('says better and worse the right way round, and nothing of trifles', () => {
    expect([turnOf('mean_s', 60, 30), turnOf('mean_s', 30, 60), turnOf('mean_s', 30, 30.4)]).toEqual(['better', 'worse', 'same'])
    expect([turnOf('in_time', 0.7, 0.9), turnOf('in_time', 0.9, 0.7), turnOf('in_time', 0.7, 0.704)]).toEqual(['better', 'worse', 'same'])
    expect([turnOf('gave_up', 5, 4), turnOf('gave_up', 4, 5), turnOf('gave_up', 4, 4)]).toEqual(['better', 'worse', 'same'])
    const better = { before: waits(), after: waits({ mean_s: 30, in_time: 0.9 }) }
    expect(sentencesOf(better).map((one) => one.key)).toEqual(['mean_s.better', 'in_time.better'])
    expect(verdictOf(better)).toBe('better')
    expect(verdictOf({ before: waits(), after: waits() })).toBe('same')
    expect(verdictOf({ before: waits(), after: waits({ mean_s: 30, p90_s: 500 }) })).toBe('mixed')
  })

  it('has bars that are not longer than their column', () => {
    const result = { total: { before: waits(), after: waits({ mean_s: 90 }) }, by_class: [{ queue_id: 'default', priority: 9, before: waits({ mean_s: 300, gave_up: 2 }), after: waits() }] } as unknown as WhatIfResult
    expect([barScale(result, 'mean_s'), barScale(result, 'in_time'), barScale(result, 'gave_up')]).toEqual([300, 1, 5])
  })
})

describe('the chart of agents', () => {
  const result = {
    share: 0.8,
    within_s: 20,
    agents: 4,
    textbook_agents: 4,
    load: 9,
    customers: 20_000,
    points: [{ agents: 5, in_time: 0.95, mean_s: 2, utilisation: 0.6 }, { agents: 3, in_time: 0.4, mean_s: 60, utilisation: 0.99 }, { agents: 4, in_time: 0.83, mean_s: 9, utilisation: 0.75 }],
    textbook: [{ agents: 3, in_time: null, mean_s: null, gave_up: null, patient_mean_s: null }, { agents: 4, in_time: 0.85, mean_s: 8, gave_up: null, patient_mean_s: null }],
  }

  it('draws in order of agents, and no formula where it has no answer', () => {
    const { played, textbook } = linesOf(result)
    expect(played.map((dot) => dot.x)).toEqual([3, 4, 5])
    expect(textbook).toEqual([{ x: 4, y: 0.85 }])
  })

  it('puts shares into the frame, all of them', () => {
    const place = scaleOf({ width: 220, height: 120, left: 10, right: 10, top: 10, bottom: 10 }, 3, 5)
    expect([place({ x: 3, y: 0 }), place({ x: 5, y: 1 }), place({ x: 4, y: 0.5 })]).toEqual([{ x: 10, y: 110 }, { x: 210, y: 10 }, { x: 110, y: 60 }])
    expect(pathOf([{ x: 1, y: 2 }, { x: 3, y: 4.25 }])).toBe('M1.0 2.0L3.0 4.3')
    expect(pathOf([])).toBe('')
  })

  it('has round numbers on its axis, and not too many', () => {
    expect(ticksOf(3, 7, 10)).toEqual([3, 4, 5, 6, 7])
    expect(ticksOf(3, 48, 6)).toEqual([10, 20, 30, 40])
    expect(ticksOf(990, 1100, 6)).toEqual([1000, 1050, 1100])
    expect(ticksOf(4, 4, 6)).toEqual([4])
  })
})
