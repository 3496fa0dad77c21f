import { describe, expect, it } from 'vitest'
import type { Intent } from '@/api/studio'
import { draftOf, emptyDraft, faultOf, movedBy, questionOf, textPieces, valueOf, valueText, variationOf } from '@/model/studioAnswers'
import { settingsOf, shownSettings } from '@/model/studioBots'
import { differenceOf, faultsOf, pathFault, treeOf } from '@/model/studioFiles'
import { ailmentsOf, nameFault, shownIntents, titleOf } from '@/model/studioIntents'
import { canMark, piecesOf, readMarked, withMark, withoutMark, wordPieces, writeMarked } from '@/model/studioMarks'
import { chosenOf, countsOf, readPaste, worthShowing } from '@/model/studioPaste'

const city = (start: number, end: number, value: string) => ({ entity: 'city', start, end, value, role: null, group: null })

describe('marks in sentences', () => {
  it('are read in each form that files have', () => {
    expect(readMarked('从[上海](city)到[沪]{"entity":"city","value":"上海","role":"to"}')).toEqual({
      text: '从上海到沪',
      marks: [city(1, 3, '上海'), { entity: 'city', start: 4, end: 5, value: '上海', role: 'to', group: null }],
    })
    expect(readMarked('[NYC](city:New York) now').marks).toEqual([city(0, 3, 'New York')])
    expect(readMarked('[A][{"entity":"x"},{"entity":"y"}]').marks.map((one) => one.entity)).toEqual(['x', 'y'])
  })

  it('are written as they were read', () => {
    for (const sentence of ['plain', '我要[两个](count)[苹果]{"entity":"fruit","role":"what"}。', '[A][{"entity":"x"},{"entity":"y","value":"b"}]', '[沪]{"entity":"city","value":"上海"}']) {
      expect(writeMarked(readMarked(sentence))).toBe(sentence)
    }
  })

  it('count signs, not halves of them', () => {
    const marked = withMark(readMarked('😀去上海'), city(2, 4, '上海'))
    expect(writeMarked(marked)).toBe('😀去[上海](city)')
    expect(readMarked('😀去[上海](city)').marks).toEqual([city(2, 4, '上海')])
  })

  it('give way to a new one that they meet, and can be taken away', () => {
    const marked = withMark(readMarked('[大上海](city)的天气'), city(1, 3, '上海'))
    expect(writeMarked(marked)).toBe('大[上海](city)的天气')
    expect(writeMarked(withoutMark(marked, 1, 3))).toBe('大上海的天气')
  })

  it('leave brackets alone, which the form cannot write', () => {
    expect(canMark('a [b] c', 0, 1)).toBe(true)
    expect(canMark('a [b] c', 0, 4)).toBe(false)
    expect(canMark('abc', 1, 1)).toBe(false)
  })

  it('cut a sentence into pieces that are the sentence again', () => {
    const pieces = piecesOf(readMarked('从[上海](city)出发'))
    expect(pieces.map((one) => [one.text, one.mark?.entity ?? null])).toEqual([['从', null], ['上海', 'city'], ['出发', null]])
    const words = wordPieces('to Paris, now', [[0, 2], [3, 8], [10, 13]])
    expect(words.map((one) => one.text).join('')).toBe('to Paris, now')
    expect(words.filter((one) => one.isWord).map((one) => one.text)).toEqual(['to', 'Paris', 'now'])
  })
})

describe('pasted sentences', () => {
  const known = [
    { intent: 'refund', text: '我要退款' },
    { intent: 'greet', text: 'Hello  there' },
  ]

  it('are judged line by line', () => {
    const lines = readPaste('- 退钱\n我要退款\n\n1. hello THERE\n退钱\r\nneu', 'refund', known)
    expect(lines.map((one) => [one.n, one.text, one.state])).toEqual([
      [1, '退钱', 'new'],
      [2, '我要退款', 'known'],
      [3, '', 'empty'],
      [4, 'hello THERE', 'elsewhere'],
      [5, '退钱', 'repeated'],
      [6, 'neu', 'new'],
    ])
    expect(lines[3]!.intents).toEqual(['greet'])
    expect(countsOf(lines)).toEqual({ new: 2, empty: 1, repeated: 1, known: 1, elsewhere: 1 })
    expect(chosenOf(lines, false)).toEqual(['退钱', 'neu'])
    expect(chosenOf(lines, true)).toEqual(['退钱', 'hello THERE', 'neu'])
  })

  it('are compared without their marks', () => {
    expect(readPaste('我要[退款](act)', 'refund', known)[0]!.state).toBe('known')
  })

  it('end where the text ends', () => {
    expect(worthShowing(readPaste('a\n\nb\n\n\n', 'x', [])).map((one) => one.text)).toEqual(['a', '', 'b'])
  })
})

describe('intents', () => {
  const make = (name: string, over: Partial<Intent> = {}): Intent => ({ name, title: {}, examples: 5, tests: 0, health: [], answer: null, used_in: [], ...over })
  const sick = make('b', { health: [{ kind: 'no_answer', other: '', texts: [] }, { kind: 'duplicate', other: 'a', texts: ['x'] }, { kind: 'duplicate', other: 'c', texts: ['y'] }] })
  const all = [make('a', { examples: 2, title: { zh: '退款', en: 'Refund' } }), sick, make('c', { examples: 9 })]

  it('show what needs care first, or by name or number', () => {
    expect(shownIntents(all, '', 'health', 'en', (one) => one.name).map((one) => one.name)).toEqual(['b', 'a', 'c'])
    expect(shownIntents(all, '', 'examples', 'en', (one) => one.name).map((one) => one.name)).toEqual(['c', 'b', 'a'])
    expect(shownIntents(all, '退', 'name', 'zh-CN', (one) => one.name).map((one) => one.name)).toEqual(['a'])
    expect(ailmentsOf(sick)).toEqual(['duplicate', 'no_answer'])
  })

  it('have a title in the language of the moment, or none', () => {
    expect(titleOf(all[0]!, 'zh-CN')).toBe('退款')
    expect(titleOf(all[2]!, 'zh-CN')).toBe('')
  })

  it('have names that files can hold', () => {
    expect([nameFault('', []), nameFault('a b', []), nameFault('退款', []), nameFault('faq/pay', []), nameFault('a/b/c', []), nameFault('x', ['x'])]).toEqual(['empty', 'form', null, null, 'form', 'taken'])
  })
})

describe('answers', () => {
  it('keep what conditions mean', () => {
    for (const value of ['zh', true, false, null, 3, -1.5, '3', 'true', 'null', '']) expect(valueOf(valueText(value))).toBe(value)
  })

  it('come back from the form as they went in', () => {
    const way = { text: 'Hi {name}', image: '', buttons: [{ title: 'Yes', payload: '/affirm' }], channel: 'webchat', conditions: { vip: true, level: '2' } }
    expect(variationOf(draftOf(way, 1))).toEqual(way)
  })

  it('say what is missing', () => {
    const draft = emptyDraft(1)
    expect(faultOf(draft)).toBe('way')
    expect(faultOf({ ...draft, buttons: [{ title: 'x', payload: ' ' }] })).toBe('button')
    expect(faultOf({ ...draft, text: 'x', conditions: [{ key: 0, slot: '', value: '' }] })).toBe('slot')
    expect(faultOf({ ...draft, text: 'x', image: 'javascript:1' })).toBe('image')
    expect(faultOf({ ...draft, text: 'x', image: '/pictures/a.png' })).toBeNull()
  })

  it('show slots apart, and know the question of a form', () => {
    expect(textPieces('No. {order}!')).toEqual([{ text: 'No. ', isSlot: false }, { text: '{order}', isSlot: true }, { text: '!', isSlot: false }])
    expect(questionOf('size', 'f', new Set(['utter_ask_f_size']))).toBe('utter_ask_f_size')
    expect(questionOf('size', 'f', new Set())).toBe('utter_ask_size')
    expect(movedBy(['a', 'b', 'c'], 1, -1)).toEqual(['b', 'a', 'c'])
    expect(movedBy(['a'], 0, 1)).toEqual(['a'])
  })
})

describe('files', () => {
  it('stand in a tree, folders first', () => {
    expect(treeOf(['domain.yml', 'data/rules.yml', 'data/nlu/zh.yml', 'config.yml']).map((row) => [row.depth, row.name, row.isFolder])).toEqual([
      [0, 'data', true],
      [1, 'nlu', true],
      [2, 'zh.yml', false],
      [1, 'rules.yml', false],
      [0, 'config.yml', false],
      [0, 'domain.yml', false],
    ])
  })

  it('tell what an import changed', () => {
    expect(differenceOf({ a: 'x\ny\ny', b: '1', c: 's' }, { a: 'x\ny\nz', d: 'n\nm', c: 's' })).toEqual([
      { path: 'a', state: 'changed', added: 1, removed: 1 },
      { path: 'b', state: 'gone', added: 0, removed: 1 },
      { path: 'd', state: 'new', added: 2, removed: 0 },
    ])
  })

  it('have faults with their places', () => {
    expect(faultsOf([{ field: 'data/nlu.yml:12', message: 'odd' }, { field: 'domain.yml', message: 'gone' }])).toEqual([
      { path: 'data/nlu.yml', line: 12, message: 'odd' },
      { path: 'domain.yml', line: 0, message: 'gone' },
    ])
    expect([pathFault('', []), pathFault('../x.yml', []), pathFault('a//b.yml', []), pathFault('x.txt', []), pathFault('x.yml', ['x.yml']), pathFault('a/x.yml', [])]).toEqual(['empty', 'form', 'form', 'kind', 'taken', null])
  })
})

describe('settings of a bot', () => {
  it('keep what the form does not show, and a token that was not typed', () => {
    const before = { project: 'demo', action_endpoint: { url: 'http://a', timeout_s: 2 } }
    const shown = shownSettings(before)
    expect(shown).toEqual({ url: '', actions: 'http://a', token: '', office: '' })
    expect(settingsOf(before, 'intent', shown)).toEqual(before)
    expect(settingsOf(before, 'intent', { ...shown, token: 't', office: 'http://o' })).toEqual({ project: 'demo', action_endpoint: { url: 'http://a', timeout_s: 2, token: 't' }, back_office: { url: 'http://o' } })
    expect(settingsOf(before, 'intent', { ...shown, actions: '' })).toEqual({ project: 'demo' })
    expect(settingsOf({}, 'rasa', { ...shown, url: ' http://r ' })).toEqual({ url: 'http://r' })
  })
})
