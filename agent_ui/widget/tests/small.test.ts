// The small rules: waiting texts, ids, files, links, colours, languages, words.
import { describe, expect, it } from 'vitest'
import en from '../locales/en.json'
import loaderEn from '../locales/loader.en.json'
import loaderZh from '../locales/loader.zh-CN.json'
import zh from '../locales/zh-CN.json'
import { words } from '../demo/words'
import { closedFor } from '../model/closed'
import { accentFor, contrastOf } from '../model/colour'
import { MAX_BYTES, problemWith, readableSize } from '../model/files'
import { linkPieces, safeLink } from '../model/links'
import { queueTexts } from '../model/queue'
import { uuid7 } from '../model/uuid7'
import { chooseLocale } from '../shared/locale'

describe('the wait', () => {
  it.each([
    [null, null, 'queue.unknown', null],
    [{ position: 1, estimated_wait_s: 0 }, 'queue.next', 'queue.wait.soon', {}],
    [{ position: 3, estimated_wait_s: 60 }, 'queue.place', 'queue.wait.minute', {}],
    [{ position: 3, estimated_wait_s: 61 }, 'queue.place', 'queue.wait.minutes', { minutes: 2 }],
    [{ position: 9, estimated_wait_s: 4000 }, 'queue.place', 'queue.wait.long', {}],
  ])('%j', (place, placeKey, waitKey, values) => {
    const texts = queueTexts(place)
    expect(texts.place.key).toBe(placeKey ?? 'queue.unknown')
    expect(texts.wait?.key ?? 'queue.unknown').toBe(waitKey)
    if (values) expect(texts.wait?.values).toEqual(values)
  })

  it('says how many are ahead', () => {
    expect(queueTexts({ position: 3, estimated_wait_s: null })).toEqual({ place: { key: 'queue.place', values: { position: 3, ahead: 2 } }, wait: null })
  })
})

describe('outside hours', () => {
  const closed = { open: false, action: 'callback', opens_at: '2026-01-06T01:00:00.000Z' } as const
  const waiting = { id: 's', state: 'queued', holder: { kind: 'none' } } as const
  const offline = { action: 'message', opens_at: null, has_contact: true } as const

  it('offers what the shop does before the first word', () => {
    expect(closedFor(closed, null, false)).toEqual({ opensAt: closed.opens_at, callback: true, hasContact: false })
    expect(closedFor({ ...closed, action: 'message' }, null, false)?.callback).toBe(false)
  })

  it('says nothing while somebody is there or the wait goes on', () => {
    expect(closedFor(null, null, false)).toBeNull()
    expect(closedFor({ open: true, action: null, opens_at: null }, null, false)).toBeNull()
    expect(closedFor({ ...closed, action: 'keep' }, null, false)).toBeNull()
    expect(closedFor(closed, null, true)).toBeNull()
    expect(closedFor(closed, { ...waiting, state: 'active' }, false)).toBeNull()
    expect(closedFor(closed, waiting, false)).toBeNull()
  })

  it('believes the session before the clock', () => {
    expect(closedFor(null, { ...waiting, offline }, true)).toEqual({ opensAt: null, callback: false, hasContact: true })
    expect(closedFor(closed, { ...waiting, state: 'closed' }, false)).not.toBeNull()
  })
})

it('makes UUIDs of version 7 that sort by time', () => {
  const random = new Uint8Array(10).fill(255)
  const id = uuid7(0x0192f0a1b2c3, random)
  expect(id).toBe('0192f0a1-b2c3-7fff-bfff-ffffffffffff')
  expect(uuid7(0x0192f0a1b2c4, new Uint8Array(10)) > id).toBe(true)
})

describe('files', () => {
  it.each([
    ['a.png', 'image/png', 10, null],
    ['a.PDF', '', 10, null],
    ['合同.docx', '', 10, null],
    ['a.exe', 'application/x-msdownload', 10, 'type'],
    ['page.html', 'text/html', 10, 'type'],
    ['vector.svg', 'image/svg+xml', 10, 'type'],
    ['a.png', 'image/png', 0, 'empty'],
    ['a.png', 'image/png', MAX_BYTES + 1, 'size'],
  ])('%s (%s, %i): %s', (name, type, size, problem) => {
    expect(problemWith({ name, type, size })).toBe(problem)
  })

  it('writes sizes as people say them', () => {
    expect([812, 34_000, 2_700_000].map(readableSize)).toEqual(['812 B', '33 KB', '2.6 MB'])
  })
})

describe('links', () => {
  it('finds addresses and leaves the sentence around them alone', () => {
    expect(linkPieces('看 https://a.example/x?y=1。好')).toEqual([{ text: '看 ' }, { text: 'https://a.example/x?y=1', href: 'https://a.example/x?y=1' }, { text: '。好' }])
    expect(linkPieces('(see http://b.example/z).').map((piece) => piece.text)).toEqual(['(see ', 'http://b.example/z', ').'])
  })

  it('makes no link of anything else', () => {
    for (const text of ['javascript:alert(1)', 'data:text/html,x', 'no address', '']) expect(linkPieces(text).some((piece) => piece.href)).toBe(false)
    expect(linkPieces('a http:// b').map((piece) => piece.text).join('')).toBe('a http:// b')
  })

  it('opens only web addresses', () => {
    expect(safeLink('https://a.example')).toBe('https://a.example')
    for (const bad of ['javascript:alert(1)', '//evil.example', 'ftp://x', '', null]) expect(safeLink(bad)).toBeNull()
  })
})

it('keeps every accent readable, whatever colour a shop chooses', () => {
  for (const colour of ['#0f6b62', '#ffd400', '#ff5a1f', '#000', '#ffffff', '#7a8', '#777777', '#00f', 'red', '']) {
    for (const dark of [false, true]) {
      const accent = accentFor(colour, dark)
      expect(contrastOf(accent.fill, accent.onFill)).toBeGreaterThanOrEqual(4.5)
      for (const ground of [dark ? '#1b2126' : '#ffffff', dark ? '#2a333a' : '#f4f6f5', accent.soft]) {
        expect(contrastOf(accent.ink, ground)).toBeGreaterThanOrEqual(4.5)
      }
    }
  }
})

it('understands language tags as browsers and pages write them', () => {
  const tags = ['zh', 'zh-CN', 'zh_TW', 'ZH-hant', 'en', 'en-GB', 'fr', 'zha']
  expect(tags.map((tag) => chooseLocale(tag))).toEqual(['zh-CN', 'zh-CN', 'zh-CN', 'zh-CN', 'en', 'en', 'en', 'en'])
  expect(chooseLocale(null, '', ' ', 'zh-HK', 'en')).toBe('zh-CN')
})

describe('words', () => {
  const pairs: [string, Record<string, string>, Record<string, string>][] = [
    ['chat', zh, en],
    ['loader', loaderZh, loaderEn],
    ['demo', words['zh-CN'], words.en],
  ]
  it.each(pairs)('of the %s exist in both languages with the same values', (_name, chinese, english) => {
    expect(Object.keys(chinese)).toEqual(Object.keys(english))
    const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()
    for (const [key, text] of Object.entries(chinese)) {
      expect(text.trim()).not.toBe('')
      expect([key, holes(text)]).toEqual([key, holes(english[key] ?? '')])
    }
  })
})
