import { describe, expect, it } from 'vitest'
import type { Changed, Evaluation, Misunderstood, Turn } from '@/api/teaching'
import { rangeOf, roundUp, wholeRange } from '@/model/teachingDays'
import { afterLeaving, choicesOf, findIntents, groupsOf, inboxCommand, intentName, newSentences, stepFrom } from '@/model/teachingInbox'
import { heaviest, strengthOf, stretchesOf, weighedOf } from '@/model/teachingPieces'
import { barsOf, changeCounts, kindOf, matrixOf, mistakesOf, scoreRows, shadeOf } from '@/model/teachingScores'

const turn = (id: string, guesses: [string, number][] = []): Turn => ({ id, session_id: 's', seq: 1, at: '2026-11-22T08:00:00.000Z', text: id, language: 'zh', intents: guesses.map(([name, confidence]) => ({ name, confidence })), handoff: null, label: null })
const found: Misunderstood = { groups: [{ turns: [turn('a1'), turn('a2')] }, { turns: [turn('b1')] }], total: 3, at_most: false }

describe('the inbox', () => {
  it('loses what is done, and groups of which nothing is left', () => {
    expect(groupsOf(found, new Set(['a1', 'b1'])).map((group) => group.turns.map((one) => one.id))).toEqual([['a2']])
  })

  it('is walked through across groups and stays inside', () => {
    const groups = groupsOf(found, new Set())
    expect(['a2', 'b1', 'gone'].map((id) => stepFrom(groups, id, 1))).toEqual(['b1', 'b1', 'a1'])
    expect(stepFrom(groups, 'a1', -1)).toBe('a1')
    expect(stepFrom([], 'a1', 1)).toBe('')
  })

  it('goes on with the next message, at the end with the one before', () => {
    const groups = groupsOf(found, new Set())
    expect(afterLeaving(groups, new Set(['a1', 'a2']))).toBe('b1')
    expect(afterLeaving(groups, new Set(['b1']))).toBe('a2')
    expect(afterLeaving(groups, new Set(['a1', 'a2', 'b1']))).toBe('')
  })

  it('offers guesses, then what was used lately, then the greatest, nine in all, and only what there is', () => {
    const intents = Array.from({ length: 12 }, (_, n) => ({ name: `i${n}`, examples: n }))
    const choices = choicesOf(turn('x', [['nlu_fallback', 0.4], ['i2', 0.3], ['i0', 0.1]]), ['i5', 'i2', 'removed'], intents)
    expect(choices.slice(0, 4)).toEqual(['i2', 'i0', 'i5', 'i11'])
    expect(choices).toHaveLength(9)
  })

  it.each([
    [{ code: 'Digit3', key: '3' }, { act: 'label', nth: 2 }],
    [{ code: 'Numpad1', key: '1' }, { act: 'label', nth: 0 }],
    [{ code: 'Digit3', key: '#', shiftKey: true }, null],
    [{ code: 'KeyJ', key: 'j' }, { act: 'next' }],
    [{ code: 'KeyJ', key: 'j', altKey: true }, null],
    [{ code: 'ArrowDown', key: 'ArrowDown', shiftKey: true }, { act: 'group' }],
    [{ code: 'Slash', key: '/' }, { act: 'search' }],
    [{ code: 'Slash', key: '?', shiftKey: true }, null],
    [{ code: 'KeyZ', key: 'z', ctrlKey: true }, null],
    [{ code: 'KeyX', key: 'x' }, { act: 'aside' }],
    [{ code: 'Digit0', key: '0' }, null],
  ])('knows the key %o', (stroke, command) => {
    expect(inboxCommand({ shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, ...stroke })).toEqual(command)
  })

  it('finds intents by title and name, those that begin so first', () => {
    const intents = [{ name: 'order_refund', title: '订单退款' }, { name: 'refund', title: '退款' }, { name: 'greet', title: '问候' }]
    expect(findIntents(intents, '退款').map((one) => one.name)).toEqual(['refund', 'order_refund'])
    expect(findIntents(intents, 'Order').map((one) => one.name)).toEqual(['order_refund'])
    expect(findIntents(intents, ' ')).toHaveLength(3)
  })

  it('makes names that files can have, of any words', () => {
    expect(intentName(' track  my parcel ')).toBe('track_my_parcel')
    expect(intentName('查快递')).toBe('查快递')
    expect(intentName('a/b: "c" #')).toBe('ab_c_')
    expect(intentName(' / ')).toBe('')
  })

  it('takes pasted lines once each', () => {
    expect(newSentences('怎么退款\r\n\n 怎么退款 \n退钱\n已有', new Set(['已有']))).toEqual(['怎么退款', '退钱'])
  })
})

describe('a marked sentence', () => {
  it('is cut at whole characters, whatever they are made of', () => {
    const parts = stretchesOf('👩‍💻去上海', [{ start: 4, end: 6, entity: 'city' }])
    expect(parts.map((part) => part.text)).toEqual(['👩‍💻去', '上海'])
    expect(parts[1]!.mark?.entity).toBe('city')
  })

  it('leaves out what overlaps or lies outside', () => {
    expect(stretchesOf('abcd', [{ start: 0, end: 3 }, { start: 2, end: 4 }, { start: 3, end: 9 }]).map((part) => part.text)).toEqual(['abc', 'd'])
  })

  it('spreads the weight of pieces that overlap over their characters', () => {
    const parts = weighedOf('退货吗', [{ start: 0, end: 2, weight: 1 }, { start: 1, end: 3, weight: -1 }, { start: 2, end: 2, weight: 9 }])
    expect(parts.map((part) => [part.text, part.weight])).toEqual([['退', 0.5], ['货', 0], ['吗', -0.5]])
    expect(weighedOf('ab', []).map((part) => part.text)).toEqual(['ab'])
  })

  it('names each piece once, with all that it weighs, the heaviest first', () => {
    const pieces = [['0', 0.3], ['退货', -0.5], ['0', 0.3]].map(([text, weight]) => ({ text: String(text), kind: 'letters', weight: Number(weight) }))
    expect(heaviest(pieces).map((piece) => [piece.text, piece.weight])).toEqual([['0', 0.6], ['退货', -0.5]])
  })

  it('is underlined against the strongest', () => {
    expect([0, 0.05, 0.3, 0.5, 1, -1].map((weight) => strengthOf(weight, 1))).toEqual([0, 0, 1, 2, 3, -3])
    expect(strengthOf(0, 0)).toBe(0)
  })
})

describe('an evaluation', () => {
  const matrix = { refund: { refund: 8, returns: 2 }, returns: { returns: 9, refund: 1, nlu_fallback: 1 }, greet: { greet: 5 } }

  it('shows only what is mixed up, or all', () => {
    expect(matrixOf(matrix, false)).toEqual({ rows: ['returns', 'refund'], columns: ['returns', 'refund', 'nlu_fallback'], most: 2 })
    expect(matrixOf(matrix, true).rows).toEqual(['returns', 'refund', 'greet'])
    expect(matrixOf({ greet: { greet: 5 } }, false).rows).toEqual([])
  })

  it('shades a cell by the worst one', () => {
    expect([0, 1, 2, 3, 6].map((count) => shadeOf(count, 6))).toEqual([0, 1, 1, 2, 3])
  })

  it('sorts intents from the worst, examples from the most, and turns round', () => {
    const scores = (f1: number, support: number) => ({ precision: f1, recall: f1, f1, support })
    const per = { a: scores(0.9, 5), b: scores(0.5, 9), c: scores(0.9, 1) }
    const order = (...how: [Parameters<typeof scoreRows>[1], boolean?]) => scoreRows(per, how[0], (name) => name, how[1]).map((row) => row.name).join('')
    expect([order('f1'), order('f1', true), order('support'), order('name', true)]).toEqual(['bac', 'acb', 'bac', 'cba'])
  })

  it('stacks bars whose tallest fills the frame', () => {
    const [first, second] = barsOf([{ right: 3, wrong: 1 }, { right: 0, wrong: 2 }], 100, 40)
    expect([first!.right.height + first!.wrong.height, first!.right.y]).toEqual([40, 0])
    expect([second!.wrong.height, second!.wrong.y, second!.right.height]).toEqual([20, 20, 0])
    expect(second!.x).toBeGreaterThan(first!.x + first!.width)
  })

  it('lists the mistakes of a cell, the least sure first', () => {
    const confused = [['x', 'a', 'b', 0.9], ['y', 'a', 'c', 0.2], ['z', 'a', 'b', 0.1]].map(([text, intent, taken_for, confidence]) => ({ text, intent, taken_for, confidence }))
    const evaluation = { confused } as unknown as Evaluation
    expect(mistakesOf(evaluation, null).map((one) => one.text)).toEqual(['z', 'y', 'x'])
    expect(mistakesOf(evaluation, { intent: 'a', taken: 'b' }).map((one) => one.text)).toEqual(['z', 'x'])
  })
})

describe('a comparison', () => {
  const changed = (was: boolean, now: boolean, count: number): Changed => ({ text: 'x', count, was: { intent: 'a', confidence: 1, is_fallback: was }, now: { intent: 'b', confidence: 1, is_fallback: now } })

  it('tells what is understood now, what is lost, and what is another intent', () => {
    const all = [changed(true, false, 3), changed(false, true, 1), changed(false, false, 2), changed(true, true, 5)]
    expect(all.map(kindOf)).toEqual(['understood', 'lost', 'other', 'other'])
    expect(changeCounts(all)).toEqual({ understood: 3, lost: 1, other: 7 })
  })
})

describe('days', () => {
  it('are a range with today in it, without holes', () => {
    const { from, to } = rangeOf(Date.parse('2026-11-22T08:00:00Z'), 7)
    expect([from, to]).toEqual(['2026-11-16', '2026-11-22'])
    const day = { date: '2026-11-20', sessions: 4, contained: 2, unhelped: 1, turns: 9, missed: 1 }
    const all = wholeRange(from, to, [day])
    expect(all).toHaveLength(7)
    expect(all.filter((one) => one.sessions)).toEqual([day])
  })

  it('end their axis at a round number', () => {
    expect([0, 3, 7, 10, 41, 83, 900].map(roundUp)).toEqual([4, 4, 8, 10, 50, 100, 1000])
  })
})
