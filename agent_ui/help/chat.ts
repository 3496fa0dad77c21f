// The way to a person: the shop's own web chat, put on the page as any page would put it.
import type { Language } from './words'

type Waiting = { push(call: unknown[]): unknown }
const page = window as unknown as { $huike?: Waiting; huikeSettings?: object }

export function offerChat(channelId: string, language: Language): void {
  if (document.querySelector('script[data-channel]')) return
  page.huikeSettings = { locale: language === 'zh' ? 'zh-CN' : 'en' }
  const script = document.createElement('script')
  script.src = '/widget.js'
  script.async = true
  script.dataset['channel'] = channelId
  document.body.append(script)
}

/** The widget may load later than this: until then calls wait in an array. */
function call(...args: unknown[]): void {
  page.$huike ??= [] as unknown[][]
  page.$huike.push(args)
}

export const openChat = (text = ''): void => call('open', text ? { text } : {})
export const speakChat = (language: Language): void => call('setLocale', language === 'zh' ? 'zh-CN' : 'en')
