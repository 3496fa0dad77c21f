// What is not fetched at once: the words of the other language, and the parts that nobody needs in the first second.
import { createApp, h, nextTick } from 'vue'
import { describe, expect, it } from 'vitest'
import { locale, setLocale, t } from '../app/i18n'
import { chatKey, type Chat } from '../app/chat'
import { fetchLater, part } from '../app/later'
import en from '../locales/en.json'
import zh from '../locales/zh-CN.json'

describe('languages', () => {
  it('are spoken once their words are here', async () => {
    await setLocale('en')
    expect([locale.value, document.documentElement.lang, document.title]).toEqual(['en', 'en', en.title])
    await setLocale('zh-CN')
    expect([locale.value, t('queue.place', { position: 3, ahead: 2 })]).toEqual(['zh-CN', '排在第 3 位，前面还有 2 人'])
    expect(document.title).toBe(zh.title)
  })

  it('follow the last wish, in whatever order their words arrive', async () => {
    await Promise.all([setLocale('zh-CN'), setLocale('en')])
    expect(locale.value).toBe('en')
    await Promise.all([setLocale('zh-CN'), setLocale('en'), setLocale('zh-CN')])
    expect(locale.value).toBe('zh-CN')
  })
})

describe('a later part', () => {
  it('shows nothing, then itself with its properties and events', async () => {
    const EmojiPicker = part('EmojiPicker')
    const picked: string[] = []
    let left = 0
    const page = document.createElement('div')
    document.body.append(page)
    const app = createApp(() => h(EmojiPicker, { onPick: (emoji: string) => picked.push(emoji), onLeave: () => (left += 1) }))
    app.mount(page)
    expect(page.querySelector('button')).toBeNull()
    await fetchLater()
    await nextTick()
    page.querySelector('button')?.click()
    page.querySelector('button')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
    expect(picked).toEqual(['😀'])
    expect(left).toBe(1)
    app.unmount()
    // Reading a dozen components for the first time takes seconds on a busy machine.
  }, 30_000)
})

describe('a closed desk', () => {
  it('takes a number once and says so when the call failed', async () => {
    await setLocale('en')
    const asked: string[][] = []
    let answer = false
    const chat = { state: { link: 'online' }, callback: (...said: string[]) => (asked.push(said), Promise.resolve(answer)) }
    const { default: ClosedStrip } = await import('../app/later/ClosedStrip.vue')
    const page = document.createElement('div')
    const closed = { opensAt: null, callback: true, hasContact: false }
    const app = createApp(() => h(ClosedStrip, { closed }))
    app.provide(chatKey, chat as unknown as Chat)
    app.mount(page)
    const find = (id: string) => page.querySelector<HTMLElement>(`[data-testid="widget-callback${id}"]`)
    find('')?.click()
    await nextTick()
    const contact = find('-contact') as HTMLInputElement
    contact.value = ' +44 20 7946 0958 '
    contact.dispatchEvent(new Event('input'))
    await nextTick()
    const send = async (): Promise<void> => {
      page.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }))
      await new Promise((done) => setTimeout(done))
      await nextTick()
    }
    await send()
    expect(page.querySelector('[role="alert"]')?.textContent).toBe(en['callback.failed'])
    answer = true
    await send()
    expect(asked).toEqual([['+44 20 7946 0958', ''], ['+44 20 7946 0958', '']])
    expect(page.querySelector('form')).toBeNull()
    app.unmount()
  }, 30_000)
})
