import { describe, expect, it } from 'vitest'
import { cannedQuery, fillVariables, findCanned, unfilled } from '@/model/canned'
import { compileMessage } from '@/model/messages'
import { commandOf, isComposing, type Keystroke } from '@/model/shortcuts'
import { fileSize, initials, pieces, safeHref, tone } from '@/model/text'
import { clock, clockOffset, coarse, dayKey, daysBetween, listMoment } from '@/model/time'

describe('canned replies', () => {
  it.each([
    ['/', 1, { query: '', start: 0 }],
    ['/he', 3, { query: 'he', start: 0 }],
    ['您好 /退', 5, { query: '退', start: 3 }],
    ['http://x', 8, null],
    ['1/2', 3, null],
    ['/a b', 4, null],
  ])('are asked for by a slash at the start of a word: %s', (text, caret, found) => {
    expect(cannedQuery(text, caret)).toEqual(found)
  })

  it('come best match first, in the language of the session', () => {
    const make = (shortcut: string, language: string, title = '', text = '') => ({ id: shortcut, shortcut, language, title, text })
    const list = [make('bye', 'zh', '', 'hello again'), make('say', 'zh', 'hello'), make('hello-en', 'en'), make('hello', 'zh')]
    expect(findCanned(list, 'hello', 'zh').map((one) => one.shortcut)).toEqual(['hello', 'hello-en', 'say', 'bye'])
    expect(findCanned(list, 'nothing', null)).toEqual([])
  })

  it('keep a variable visible when nobody knows its value', () => {
    const text = fillVariables('{{customer.name}}您好，{{ order.id }}', { 'customer.name': '陈思远' })
    expect(text).toBe('陈思远您好，{{ order.id }}')
    expect(unfilled(text)).toEqual(['order.id'])
  })
})

describe('keys', () => {
  const stroke = (fields: Partial<Keystroke>): Keystroke => ({
    code: '',
    key: '',
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    isComposing: false,
    typing: false,
    ...fields,
  })

  it('go by their place on the keyboard, whatever character Alt makes of them', () => {
    expect(commandOf(stroke({ code: 'KeyJ', key: '∆', altKey: true }))).toBe('next')
    expect(commandOf(stroke({ code: 'KeyK', key: 'k', metaKey: true }))).toBe('palette')
    expect(commandOf(stroke({ code: 'KeyE', key: 'e', altKey: true, ctrlKey: true }))).toBeNull()
  })

  it('do nothing while an input method composes', () => {
    expect(commandOf(stroke({ code: 'KeyJ', altKey: true, isComposing: true }))).toBeNull()
    expect(commandOf(stroke({ code: 'KeyJ', key: 'Process', altKey: true }))).toBeNull()
    expect(isComposing({ isComposing: false, key: 'Enter', keyCode: 229 })).toBe(true)
  })

  it('let people type a question mark', () => {
    expect(commandOf(stroke({ key: '?', shiftKey: true }))).toBe('sheet')
    expect(commandOf(stroke({ key: '?', shiftKey: true, typing: true }))).toBeNull()
  })
})

describe('text', () => {
  it('finds links and leaves the punctuation of both languages outside', () => {
    expect(pieces('看 https://a.cn/x?q=1。好').map((part) => part.text)).toEqual(['看 ', 'https://a.cn/x?q=1', '。好'])
    expect(pieces('(see http://b.com/y).')[1]).toEqual({ type: 'link', text: 'http://b.com/y', href: 'http://b.com/y' })
    expect(pieces('javascript:alert(1)').every((part) => part.type === 'text')).toBe(true)
  })

  it('follows only harmless addresses', () => {
    expect(safeHref('https://a.cn')).toBe('https://a.cn')
    expect(safeHref('/api/v1/attachments/1')).toBe('/api/v1/attachments/1')
    for (const bad of ['javascript:alert(1)', ' JavaScript:x', 'data:text/html,x', '', null]) expect(safeHref(bad)).toBeNull()
  })

  it('shortens names the way each script does', () => {
    expect(['陈思远', '李四', '王强 Wang Qiang', 'Amy Carter', 'Noah', ' ', '👩‍💻 x'].map(initials)).toEqual(['思远', '李四', '王强', 'AC', 'N', '?', '👩X'])
    expect(tone('陈思远', 5)).toBe(tone('陈思远', 5))
  })

  it('names file sizes', () => {
    expect(fileSize(500, 'en')).toBe('500B')
    expect(fileSize(48_211, 'en')).toBe('47.1 kB')
    expect(fileSize(5 * 1024 * 1024, 'zh-CN')).toBe('5 MB')
  })
})

describe('messages', () => {
  const context = (values: Record<string, unknown>, chosen = 0) => ({
    named: (key: string) => values[key],
    plural: (cases: string[]) => cases[chosen]!,
  })
  it('fill their names and choose their number', () => {
    expect(compileMessage('{name} 在线')(context({ name: '李' }))).toBe('李 在线')
    expect(compileMessage('{n} result | {n} results')(context({ n: 3 }, 1))).toBe('3 results')
    expect(compileMessage('plain')(context({}))).toBe('plain')
  })

  it('keep a Latin name and Chinese words apart', () => {
    const said = (source: string, name: string) => compileMessage(source)({ named: () => name, plural: (cases) => cases[0]! })
    expect(said('{name}开始接待', '李娜 Li Na')).toBe('李娜 Li Na 开始接待')
    expect(said('已派给{name}', 'Li Na')).toBe('已派给 Li Na')
    expect(said('{name}的会话', '李娜')).toBe('李娜的会话')
    expect(said('回复{name}，', 'Li Na')).toBe('回复 Li Na，')
    expect(said('{name} declined', '李娜')).toBe('李娜 declined')
  })
})

describe('time', () => {
  it('takes the middle of the round trip as the server’s moment', () => {
    expect(clockOffset('2026-11-22T08:00:10.000Z', Date.parse('2026-11-22T08:00:00.000Z'), Date.parse('2026-11-22T08:00:02.000Z'))).toBe(9000)
    expect(clockOffset('nonsense', 0, 0)).toBe(0)
  })

  it('counts days by the calendar, not by hours', () => {
    const late = new Date(2026, 10, 21, 23, 59).toISOString()
    expect(dayKey(late)).toBe('2026-11-21')
    expect(daysBetween(late, new Date(2026, 10, 22, 0, 1).getTime())).toBe(1)
    expect(listMoment(late, new Date(2026, 10, 22, 0, 1).getTime(), 'zh-CN')).toBe('昨天')
  })

  it('shows running times', () => {
    expect([7, 760, 11_109, -5].map(clock)).toEqual(['0:07', '12:40', '3:05:09', '0:00'])
    expect(coarse(7200)).toEqual({ value: 2, unit: 'hour' })
  })
})
