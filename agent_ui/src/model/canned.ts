// Canned replies: finding the one meant while typing `/…`, and filling in its variables. Pure.
import type { CannedReply } from '@/api/types'

/** What stands after a `/` at the start of the text or after a space, up to the caret; null when nothing does. */
export function cannedQuery(text: string, caret: number): { query: string; start: number } | null {
  const before = text.slice(0, caret)
  const match = /(?:^|\s)\/([^\s/]*)$/u.exec(before)
  if (!match) return null
  return { query: match[1] ?? '', start: caret - (match[1] ?? '').length - 1 }
}

/** Best matches first: shortcut starts with the query, then shortcut or title contains it, then the text does. */
export function findCanned(replies: readonly CannedReply[], query: string, language: string | null): CannedReply[] {
  const q = query.toLocaleLowerCase()
  const scored: { reply: CannedReply; score: number }[] = []
  for (const reply of replies) {
    const shortcut = reply.shortcut.replace(/^\//, '').toLocaleLowerCase()
    let score = -1
    if (shortcut.startsWith(q)) score = 6
    else if (shortcut.includes(q) || reply.title.toLocaleLowerCase().includes(q)) score = 4
    else if (reply.text.toLocaleLowerCase().includes(q)) score = 2
    if (score < 0) continue
    if (language && reply.language && reply.language.split('-')[0] === language.split('-')[0]) score += 1
    scored.push({ reply, score })
  }
  scored.sort((a, b) => b.score - a.score || (a.reply.shortcut < b.reply.shortcut ? -1 : 1))
  return scored.map((item) => item.reply)
}

/** Fill `{{customer.name}}` and its kin. A variable without a value stays visible, so that it is not sent by mistake. */
export function fillVariables(text: string, values: Record<string, string | null | undefined>): string {
  return text.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, name: string) => values[name] || whole)
}

/** Variables left in a text. */
export function unfilled(text: string): string[] {
  return [...text.matchAll(/\{\{\s*([\w.]+)\s*\}\}/g)].map((match) => match[1]!)
}
