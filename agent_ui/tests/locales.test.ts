import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { preferredLocale } from '@/i18n'
import { botWord } from '@/features/console/botWords'
import botEn from '@/locales/bot/en.json'
import botZh from '@/locales/bot/zh-CN.json'
import type { Source } from '@/model/messages'

function flat(source: Source, prefix = ''): Map<string, string> {
  const out = new Map<string, string>()
  for (const [key, value] of Object.entries(source)) {
    if (typeof value === 'string') out.set(prefix + key, value)
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) out.set(inner, text)
  }
  return out
}

/** All words of a language: those of the first screen and those of each part that comes later. */
function wordsOf(language: string): Map<string, string> {
  const out = new Map<string, string>()
  for (const part of ['', 'login/', 'later/', 'channels/', 'queues/', 'routing/', 'planning/', 'studio/', 'teaching/', 'drafts/', 'knowledge/']) {
    for (const [key, text] of flat(JSON.parse(readFileSync(`src/locales/${part}${language}.json`, 'utf8')) as Source)) {
      expect(out.has(key), `${key} stands in two parts`).toBe(false)
      out.set(key, text)
    }
  }
  return out
}
const english = wordsOf('en')
const chinese = wordsOf('zh-CN')
const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort()
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(vue|ts)$/.test(file))
  .map((file) => ({ file, text: readFileSync(join('src', file), 'utf8') }))

describe('languages', () => {
  it('have the same keys', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('say something for each key, with the same variables', () => {
    for (const [key, text] of english) {
      expect(text.trim(), key).not.toBe('')
      expect(names(chinese.get(key)!), key).toEqual(names(text))
    }
  })

  it('contain every key that the screens name', () => {
    for (const { file, text } of sources) {
      for (const match of text.matchAll(/\bt\('([\w.]+)'/g)) expect(english.has(match[1]!), `${match[1]} in ${file}`).toBe(true)
    }
  })

  it('are the only place for words: no Chinese in the sources', () => {
    const strays = sources.filter(({ file, text }) => !/(i18n|types\.gen)\.ts$/.test(file) && /\p{Script=Han}/u.test(text.replace(/\/\/.*$/gm, '')))
    expect(strays.map(({ file }) => file)).toEqual([])
  })

  it('have words for the same intents and slots, and show names without one as they are', () => {
    expect([...flat(botZh).keys()]).toEqual([...flat(botEn).keys()])
    expect(botWord('zh-CN', 'intent', 'order_status')).toBe('查询订单')
    expect(botWord('en', 'slot', 'order_number')).toBe('Order number')
    expect(botWord('en', 'slot', 'parcel_size_cm')).toBe('parcel size cm')
    expect(botWord('en', 'intent', 'constructor')).toBe('constructor')
  })

  it('follow the choice, then the browser', () => {
    expect(preferredLocale('en', ['zh-CN'])).toBe('en')
    expect(preferredLocale(null, ['fr', 'zh-TW', 'en'])).toBe('zh-CN')
    expect(preferredLocale('xx', ['de'])).toBe('en')
  })
})

describe('design', () => {
  const styled = sources.filter(({ file }) => file.endsWith('.vue'))

  it('takes every colour from the tokens', () => {
    for (const { file, text } of styled) {
      expect(text.match(/#[0-9a-f]{3,8}\b(?![\w-])|\brgba?\(|\bhsla?\(/gi) ?? [], file).toEqual([])
    }
  })

  it('names every test id in DESIGN.md', () => {
    const page = readFileSync('DESIGN.md', 'utf8')
    for (const { file, text } of styled) {
      for (const match of text.matchAll(/(?<![:\w-])(?:data-testid|testid)="([\w-]+)"/g)) expect(page, `${match[1]} of ${file}`).toContain(`\`${match[1]}\``)
    }
  })

  it('keeps components small', () => {
    for (const { file, text } of styled) expect(text.split('\n').length, file).toBeLessThanOrEqual(250)
  })

  it('never leaves a button to submit a form by accident', () => {
    for (const { file, text } of styled) {
      for (const tag of text.matchAll(/<button\b[^>]*>/g)) expect(/\btype="button"|:type="type"/.test(tag[0]), `${file}: ${tag[0]}`).toBe(true)
    }
  })

  it('defines each colour for light and dark, with text that can be read', () => {
    const css = readFileSync('src/styles/tokens.css', 'utf8')
    const [light, dark] = css.split(":root[data-theme='dark']").map((block) => new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/gi)].map((m) => [m[1]!, m[2]!])))
    expect([...dark!.keys()].sort()).toEqual([...light!.keys()].sort())
    const pairs: [string, string][] = [
      ['ink', 'canvas'], ['ink-2', 'canvas'], ['ink-3', 'canvas'], ['ink-3', 'surface'], ['ink-3', 'hover'], ['ink-2', 'sunken'], ['ink-3', 'sunken'],
      ['on-accent', 'accent'], ['accent-ink', 'surface'], ['accent-ink', 'accent-soft'], ['ink', 'accent-soft'], ['ink-3', 'accent-soft'],
      ['bot-ink', 'bot-soft'], ['ink-3', 'bot-soft'], ['note-ink', 'note-soft'], ['note-ink', 'note-line'], ['ink-3', 'note-soft'],
      ['good', 'good-soft'], ['warn', 'warn-soft'], ['bad', 'bad-soft'], ['bad', 'surface'], ['bad', 'canvas'], ['surface', 'bad'], ['info', 'info-soft'], ['ink-2', 'warn-soft'],
      ['tone-0', 'tone-0-soft'], ['tone-1', 'tone-1-soft'], ['tone-2', 'tone-2-soft'], ['tone-3', 'tone-3-soft'], ['tone-4', 'tone-4-soft'],
    ]
    for (const [name, tokens] of [['light', light!], ['dark', dark!]] as const) {
      for (const [text, ground] of pairs) {
        expect(contrast(tokens.get(text)!, tokens.get(ground)!), `${text} on ${ground}, ${name}`).toBeGreaterThanOrEqual(4.5)
      }
    }
  })
})

/** Contrast of two colours by WCAG 2. */
function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
