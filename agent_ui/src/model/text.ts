// Message text cut into plain and link pieces, and small display rules. Pure; never makes HTML.

export type Piece = { type: 'text'; text: string } | { type: 'link'; text: string; href: string }

const LINK = /https?:\/\/[^\s<>"'，。；、！？）】》]+/giu

/** Only http and https become links; punctuation at the end stays outside. */
export function pieces(text: string): Piece[] {
  const out: Piece[] = []
  let at = 0
  for (const match of text.matchAll(LINK)) {
    const found = match[0].replace(/[.,;:!?)\]}]+$/u, '')
    const start = match.index
    if (start > at) out.push({ type: 'text', text: text.slice(at, start) })
    out.push({ type: 'link', text: found, href: found })
    at = start + found.length
  }
  if (at < text.length) out.push({ type: 'text', text: text.slice(at) })
  return out
}

/** A link target that a customer sent is followed only when it is a web, mail or phone address. */
export function safeHref(url: string | undefined | null): string | null {
  if (!url) return null
  return /^(https?:|mailto:|tel:|\/api\/)/iu.test(url.trim()) ? url.trim() : null
}

export function fileSize(bytes: number, locale: string): string {
  const steps = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  let value = bytes
  let step = 0
  while (value >= 1024 && step < steps.length - 1) {
    value /= 1024
    step++
  }
  const digits = step === 0 || value >= 100 ? 0 : 1
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: steps[step],
    unitDisplay: step === 0 ? 'narrow' : 'short',
    maximumFractionDigits: digits,
  }).format(value)
}

/** One or two letters that stand for a name: the last two Chinese characters of a name, initials otherwise. */
export function initials(name: string): string {
  const clean = name.trim()
  if (!clean) return '?'
  const han = clean.match(/\p{Script=Han}/gu)
  if (han) return han.slice(-2).join('')
  const words = clean.split(/\s+/u)
  const letters = words.length > 1 ? [words[0]!, words[words.length - 1]!] : [words[0]!]
  return letters.map((word) => [...word][0]!.toLocaleUpperCase()).join('')
}

/** A stable number from 0 to n-1 for a text, to pick one of n tones. */
export function tone(text: string, n: number): number {
  let hash = 0
  for (const char of text) hash = (hash * 31 + char.codePointAt(0)!) >>> 0
  return hash % n
}
