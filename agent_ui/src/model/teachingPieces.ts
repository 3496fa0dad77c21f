// A sentence cut into stretches for marking. Pure. The hub counts characters by code points, JavaScript by halves of
// them, so everything here goes through the list of characters.

export interface Span {
  start: number
  end: number
}

export interface Stretch<T> extends Span {
  text: string
  mark: T | null
}

/** The whole text in stretches, those of spans with their mark. A span that begins inside another one is left out. */
export function stretchesOf<T extends Span>(text: string, spans: readonly T[]): Stretch<T>[] {
  const letters = [...text]
  const out: Stretch<T>[] = []
  let at = 0
  const add = (end: number, mark: T | null) => {
    if (end > at) out.push({ start: at, end, text: letters.slice(at, end).join(''), mark })
    at = Math.max(at, end)
  }
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (span.start < at || span.end > letters.length || span.end <= span.start) continue
    add(span.start, null)
    add(span.end, span)
  }
  add(letters.length, null)
  return out
}

export interface Weighed extends Span {
  text: string
  weight: number
}

/** How much each part of a text weighs: the weight of a piece is spread over its characters; equal neighbours join. */
export function weighedOf(text: string, pieces: readonly (Span & { weight: number })[]): Weighed[] {
  const letters = [...text]
  const weights = letters.map(() => 0)
  for (const piece of pieces) {
    const length = piece.end - piece.start
    if (length <= 0) continue
    for (let at = Math.max(0, piece.start); at < Math.min(piece.end, letters.length); at++) weights[at]! += piece.weight / length
  }
  const out: Weighed[] = []
  letters.forEach((letter, at) => {
    const last = out.at(-1)
    const weight = weights[at]!
    if (last && Math.abs(last.weight - weight) < 0.005) {
      last.text += letter
      last.end = at + 1
    } else out.push({ start: at, end: at + 1, text: letter, weight })
  })
  return out
}

/** How strongly to underline, in steps from -3 to 3, against the strongest of all. */
export function strengthOf(weight: number, strongest: number): number {
  const share = strongest > 0 ? Math.abs(weight) / strongest : 0
  const step = share < 0.08 ? 0 : share < 0.35 ? 1 : share < 0.7 ? 2 : 3
  return step ? Math.sign(weight) * step : 0
}

/** The pieces by weight, for or against; one that counts in several ways or places counts with all of them. */
export function heaviest<T extends { text: string; weight: number }>(pieces: readonly T[]): T[] {
  const sums = new Map<string, T>()
  for (const piece of pieces) {
    const known = sums.get(piece.text)
    sums.set(piece.text, known ? { ...known, weight: known.weight + piece.weight } : piece)
  }
  return [...sums.values()].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
}
