import { describe, expect, it } from 'vitest'
import type { Rule, RuleThen, RuleWhen } from '@/api/routingAdmin'
import en from '@/locales/routing/en.json'
import { draftOf, faultsAt, faultsOfRule, hearsEveryMessage, moved, MOST_WORDS, THEN_PARTS, thenClauses, thenSaid, WHEN_PARTS, whenClauses, whenSaid, withoutThen, withWordsOf, wordsIn, type RuleNames } from '@/model/routingRules'
import { changesOf, inOrder, inUnit, nextAfter, spanFault, SPANS, spanText, toSeconds } from '@/model/routingTimes'

const blank = draftOf(null)
const when = (fields: Partial<RuleWhen>): RuleWhen => ({ ...blank.when, ...fields })
const then = (fields: Partial<RuleThen>): RuleThen => ({ ...blank.then, ...fields })
const rule = (fields: Partial<Rule>): Rule => ({ id: 'r1', version: 1, name: 'a rule', position: 0, enabled: true, when: blank.when, then: blank.then, ...fields })
const names: RuleNames = {
  channel: (id) => `channel ${id}`,
  language: (code) => `language ${code}`,
  level: (level) => level,
  feeling: (feeling) => feeling,
  bot: (id) => `bot ${id}`,
  queue: (id) => `queue ${id}`,
  team: (id) => `team ${id}`,
  skill: (name, level) => `${name} ${level}`,
  priority: (n) => `p${n}`,
  either: (parts) => parts.join(' or '),
  all: (parts) => parts.join(' and '),
  quoted: (word) => `"${word}"`,
  listed: (parts) => parts.join(', '),
}

describe('words of a rule', () => {
  it('are taken from a list however it is written', () => {
    expect(wordsIn('fire, smoke\r\n  gas  leak \n\n起火；漏电、触电，报警\tabc')).toEqual(['fire', 'smoke', 'gas leak', '起火', '漏电', '触电', '报警', 'abc'])
    expect(wordsIn('起火 着火　冒烟')).toEqual(['起火', '着火', '冒烟'])
    expect(wordsIn('delete my data')).toEqual(['delete my data'])
    expect(wordsIn('退货 VIP')).toEqual(['退货 VIP'])
    expect(wordsIn(' ,，; ')).toEqual([])
  })

  it('stand once, whatever their case and width', () => {
    expect(withWordsOf(['Fire'], 'FIRE, ｆｉｒｅ, smoke, Smoke')).toEqual(['Fire', 'smoke'])
  })
})

describe('a rule', () => {
  it('tells what it says and nothing else', () => {
    expect(whenSaid(blank.when)).toEqual([])
    expect(thenSaid(blank.then)).toEqual([])
    expect(whenSaid(when({ words: ['a'], hours: 'closed' }))).toEqual(['words', 'hours'])
    expect(thenSaid(then({ priority: 0, skills: { a: 1 } }))).toEqual(['skills', 'priority'])
    expect(withoutThen(then({ first: 'bot', bot_id: 'b' }), 'first')).toEqual(blank.then)
  })

  it('hears every message where it is about words or moods', () => {
    expect(hearsEveryMessage(rule({ when: when({ channel_ids: ['c'], hours: 'open' }) }))).toBe(false)
    expect(hearsEveryMessage(rule({ when: when({ feelings: ['angry'] }) }))).toBe(true)
    expect(hearsEveryMessage(rule({ when: when({ words: ['a'] }) }))).toBe(true)
  })

  it('is a copy of what it was, so that a draft can be thrown away', () => {
    const kept = rule({ when: when({ words: ['a'] }) })
    const draft = draftOf(kept)
    draft.when = { ...draft.when, words: ['b'] }
    expect(kept.when.words).toEqual(['a'])
    expect(draft).not.toHaveProperty('id')
  })

  it('has a clause for each part, and a text for each clause', () => {
    const all = whenClauses(when({ channel_ids: ['c', 'd'], languages: ['en'], levels: ['vip'], feelings: ['angry', 'threatening'], words: ['a', 'b'], hours: 'closed' }), names)
    expect(all.map((one) => one.key)).toEqual(['channel_ids', 'languages', 'levels', 'feelings', 'words', 'closed'])
    expect(all[0]!.values).toEqual({ list: 'channel c or channel d' })
    expect(whenClauses(when({ words: ['a', 'b', 'c', 'd'] }), names)).toEqual([{ key: 'wordsMany', values: { list: '"a", "b", "c"', n: 4 } }])
    const said = thenClauses(then({ first: 'bot', bot_id: 'x', queue_id: 'q', team_id: 't', language: 'zh', skills: { a: 3, b: 1 }, priority: 0, lane: 'reviewed' }), names)
    expect(said.map((one) => one.key)).toEqual(['botNamed', 'queue_id', 'team_id', 'language', 'skills', 'priority', 'lane_reviewed'])
    expect(said[4]!.values).toEqual({ list: 'a 3 and b 1' })
    expect(said[5]!.values).toEqual({ name: 'p0' })
    expect(thenClauses(blank.then, names)).toEqual([])
    const texts = { if: Object.keys(en.routing.if), then: Object.keys(en.routing.then), part: Object.keys(en.routing.part) }
    for (const { key } of [...all, { key: 'wordsMany' }, { key: 'open' }]) expect(texts.if).toContain(key)
    for (const { key } of [...said, { key: 'bot' }, { key: 'person' }, { key: 'lane_emergency' }, { key: 'lane_normal' }]) expect(texts.then).toContain(key)
    for (const part of [...WHEN_PARTS, ...THEN_PARTS.filter((one) => one !== 'language'), 'then_language']) expect(texts.part).toContain(part)
  })

  it('is refused without a name, without an effect, and with parts left empty', () => {
    expect(faultsOfRule(blank, { when: ['words', 'hours'], then: [] })).toEqual({ name: 'name', 'when.words': 'empty', 'when.hours': 'empty', then: 'says_nothing' })
    const good = { ...blank, name: 'a', then: then({ priority: 0 }) }
    expect(faultsOfRule(good, { when: [], then: ['priority'] })).toEqual({})
    expect(faultsOfRule(good, { when: [], then: ['priority', 'lane'] })).toEqual({ 'then.lane': 'empty' })
    expect(faultsOfRule({ ...good, when: when({ words: ['x'.repeat(101)] }) }, { when: ['words'], then: ['priority'] })).toEqual({ 'when.words': 'word_long' })
    const many = Array.from({ length: MOST_WORDS + 1 }, (_, n) => `w${n}`)
    expect(faultsOfRule({ ...good, when: when({ words: many }) }, { when: ['words'], then: ['priority'] })).toEqual({ 'when.words': 'words_many' })
    for (const fault of ['name', 'empty', 'says_nothing', 'word_long', 'words_many']) expect(Object.keys(en.routing.fault)).toContain(fault)
  })

  it('takes the hub at its word, at the nearest field', () => {
    const fields = ['name', 'then.bot_id', 'when.words', 'then']
    const errors = [
      { field: 'when.words[3]', message: 'Give a word.' },
      { field: 'when.words[4]', message: 'Give another.' },
      { field: 'then.bot_id', message: 'No such bot.' },
      { field: 'elsewhere', message: 'Odd.' },
    ]
    expect(faultsAt(errors, fields)).toEqual({ 'when.words': 'Give a word. Give another.', 'then.bot_id': 'No such bot.', '': 'Odd.' })
    expect(faultsAt([{ field: 'names', message: 'x' }], fields)).toEqual({ '': 'x' })
  })
})

describe('order', () => {
  it('moves one thing and keeps the rest', () => {
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
    expect(moved(['a', 'b', 'c'], 0, 9)).toEqual(['b', 'c', 'a'])
    expect(moved(['a', 'b', 'c'], 1, 1)).toEqual(['a', 'b', 'c'])
    expect(moved(['a'], 4, 0)).toEqual(['a'])
  })

  it('of steps is that of their times, and a further one comes after them', () => {
    expect(inOrder([{ after_s: 90 }, { after_s: 30 }])).toEqual([{ after_s: 30 }, { after_s: 90 }])
    expect(nextAfter([], 60)).toBe(60)
    expect(nextAfter([{ after_s: 60 }], 60)).toBe(120)
    expect(nextAfter([{ after_s: 100 }, { after_s: 60 }], 60)).toBe(140)
    expect(nextAfter([{ after_s: 604_800 }], 60)).toBe(604_800)
  })
})

describe('lengths of time', () => {
  it('are shown in the unit that tells them whole, and come back the same', () => {
    for (const [seconds, value, unit] of [[0, 0, 'second'], [45, 45, 'second'], [60, 1, 'minute'], [90, 90, 'second'], [7200, 2, 'hour'], [86_400, 1, 'day']] as const) {
      expect(inUnit(seconds)).toEqual({ value, unit })
      expect(toSeconds(String(value), unit)).toBe(seconds)
    }
  })

  it('are read as people type them, and only numbers are', () => {
    expect(toSeconds(' １５ ', 'minute')).toBe(900)
    expect(toSeconds('1.5', 'minute')).toBe(90)
    for (const text of ['', 'x', '-1', '1e3', '1,5']) expect(toSeconds(text, 'second')).toBeNull()
  })

  it('are told exactly', () => {
    expect(spanText(90, 'en')).toBe('1 min 30 sec')
    expect(spanText(0, 'en')).toBe('0 sec')
    expect(spanText(604_800, 'en')).toBe('7 days')
    expect(spanText(0.5, 'en')).toBe('0.5 sec')
  })

  it('are held to their limits', () => {
    expect(spanFault(null, { min: 0, max: 9 })).toBe('number')
    expect(spanFault(4, { min: 5, max: 9 })).toBe('small')
    expect(spanFault(0, { min: 0, max: 9, above: true })).toBe('small')
    expect(spanFault(0, { min: 0, max: 9 })).toBeNull()
    expect(spanFault(10, { min: 0, max: 9 })).toBe('large')
  })
})

describe("the router's settings", () => {
  it('begin within their limits, and each has a name and an explanation', () => {
    for (const one of SPANS) {
      expect(spanFault(one.begin, one), one.name).toBeNull()
      if (one.initial !== null) expect(spanFault(one.initial, one), one.name).toBeNull()
      expect(Object.keys(en.routing.router)).toContain(one.name)
      expect(Object.keys(en.routing.router.help)).toContain(one.name)
    }
  })

  it('are sent only where they differ', () => {
    expect(changesOf({ a: 1, b: [1], c: null }, { a: 1, b: [2], c: null })).toEqual({ b: [1] })
  })
})
