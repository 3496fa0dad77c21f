// Sentences pasted in bulk: one a line, what would be left out told before anything is added. Pure.

export type LineState = 'new' | 'empty' | 'repeated' | 'known' | 'elsewhere'
export interface PastedLine {
  n: number
  text: string
  state: LineState
  /** The intents that have it already, when `elsewhere`. */
  intents: string[]
}
export interface Known {
  intent: string
  text: string
}

/** A list of a text editor or of a training file becomes plain lines. */
const BULLET = /^\s*(?:[-*•]\s+|\d+[.)、]\s+)/
/** For comparing only: what differs in width, case or spaces is the same sentence. */
export const sameText = (text: string): string => text.normalize('NFKC').toLocaleLowerCase().replace(/\s+/g, ' ').trim()
const MOST_LINES = 5000

export function readPaste(pasted: string, intent: string, known: readonly Known[]): PastedLine[] {
  const there = new Map<string, Set<string>>()
  for (const one of known) {
    const key = sameText(one.text)
    there.set(key, (there.get(key) ?? new Set()).add(one.intent))
  }
  const seen = new Set<string>()
  return pasted
    .split(/\r\n|\r|\n/)
    .slice(0, MOST_LINES)
    .map((line, at): PastedLine => {
      const text = line.replace(BULLET, '').trim()
      const key = sameText(text.replace(/\[([^\]]+?)\](?:\([^)]*\)|\{[^}]*\})/g, '$1'))
      const intents = [...(there.get(key) ?? [])]
      const told = (state: LineState): PastedLine => ({ n: at + 1, text, state, intents })
      if (!text) return told('empty')
      if (seen.has(key)) return told('repeated')
      seen.add(key)
      if (intents.includes(intent)) return told('known')
      return told(intents.length ? 'elsewhere' : 'new')
    })
}

/** The sentences to add; those that stand elsewhere only when wished. */
export function chosenOf(lines: readonly PastedLine[], withElsewhere: boolean): string[] {
  return lines.filter((line) => line.state === 'new' || (withElsewhere && line.state === 'elsewhere')).map((line) => line.text)
}

export function countsOf(lines: readonly PastedLine[]): Record<LineState, number> {
  const counts: Record<LineState, number> = { new: 0, empty: 0, repeated: 0, known: 0, elsewhere: 0 }
  for (const line of lines) counts[line.state] += 1
  return counts
}

/** Empty lines at the end of what was pasted are no news. */
export function worthShowing(lines: readonly PastedLine[]): PastedLine[] {
  let end = lines.length
  while (end && lines[end - 1]!.state === 'empty') end -= 1
  return lines.slice(0, end)
}
