// The made-up shop's own script: its language switch and its buttons that open the chat.
// It uses the widget only as any host page would, through window.$huike.
import { words, type Language } from './words'

type Waiting = { push(call: unknown[]): unknown }
const page = window as unknown as { $huike?: Waiting }
const kept = 'huike-demo-language'
let language: Language = 'zh-CN'

// The widget may load later than this script; until then calls wait in an array.
function call(...args: unknown[]): void {
  page.$huike ??= [] as unknown[][]
  page.$huike.push(args)
}

function speak(chosen: Language): void {
  language = chosen
  document.documentElement.lang = chosen
  document.title = words[chosen]['shop'] ?? ''
  for (const place of document.querySelectorAll<HTMLElement>('[data-t]')) {
    place.textContent = words[chosen][place.dataset['t'] ?? ''] ?? ''
  }
  for (const place of document.querySelectorAll<HTMLElement>('[data-label]')) {
    place.ariaLabel = words[chosen][place.dataset['label'] ?? ''] ?? ''
  }
  const button = document.getElementById('language')
  if (button) {
    button.textContent = chosen === 'en' ? '中文' : 'English'
    button.lang = chosen === 'en' ? 'zh-CN' : 'en'
  }
  call('setLocale', chosen)
}

function remembered(): Language {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem(kept) ?? navigator.language
  return asked.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
}

document.getElementById('language')?.addEventListener('click', () => {
  speak(language === 'en' ? 'zh-CN' : 'en')
  localStorage.setItem(kept, language)
})

for (const button of document.querySelectorAll<HTMLButtonElement>('[data-open]')) {
  button.addEventListener('click', () => {
    call('open', button.closest('.ask') ? { text: button.textContent } : {})
  })
}

speak(remembered())
