// Entities marked in a sentence, as the files write them: `[上海](city)` or `[沪]{"entity":"city","value":"上海"}`. Reads
// and writes that form, and cuts a sentence into pieces to show. Offsets count code points, as the hub counts them. Pure.
import type { Mark } from '@/api/studio'

export interface Marked {
  text: string
  marks: Mark[]
}
export interface Piece {
  text: string
  mark: Mark | null
}
export type Span = readonly [number, number]

const FORM = /\[([^\]]+?)\](?:\(([^:)]+?)(?::([^)]+))?\)|(\{[^}]+?\})|(\[\{.*?\}\]))/gu

const lengthOf = (text: string): number => [...text].length

function marksOf(words: string, start: number, entity: string | undefined, value: string | undefined, json: string | undefined): Mark[] {
  const end = start + lengthOf(words)
  if (entity) return [{ entity: entity.trim(), start, end, value: value ?? words, role: null, group: null }]
  try {
    const read = [JSON.parse(json ?? '[]')].flat() as Partial<Mark>[]
    return read.filter((one) => one.entity).map((one) => ({ entity: one.entity!, start, end, value: one.value ?? words, role: one.role ?? null, group: one.group ?? null }))
  } catch {
    return []
  }
}

/** The plain sentence and its marks; a mark that is not right is left out. */
export function readMarked(marked: string): Marked {
  let text = ''
  let at = 0
  const marks: Mark[] = []
  for (const match of marked.matchAll(FORM)) {
    const words = match[1]!
    text += marked.slice(at, match.index)
    marks.push(...marksOf(words, lengthOf(text), match[2], match[3], match[4] ?? match[5]))
    text += words
    at = match.index + match[0].length
  }
  return { text: text + marked.slice(at), marks }
}

function written(words: string, marks: readonly Mark[]): string {
  const told = marks.map((mark) => ({
    entity: mark.entity,
    ...(mark.value !== words && { value: mark.value }),
    ...(mark.role && { role: mark.role }),
    ...(mark.group && { group: mark.group }),
  }))
  if (told.length > 1) return JSON.stringify(told)
  return Object.keys(told[0]!).length === 1 ? `(${told[0]!.entity})` : JSON.stringify(told[0])
}

/** The sentence with its marks, so that reading it gives the same again. */
export function writeMarked({ text, marks }: Marked): string {
  const points = [...text]
  let out = ''
  let at = 0
  for (const [start, group] of bySpan(marks)) {
    const words = points.slice(start, group[0]!.end).join('')
    out += points.slice(at, start).join('') + `[${words}]` + written(words, group)
    at = group[0]!.end
  }
  return out + points.slice(at).join('')
}

function bySpan(marks: readonly Mark[]): [number, Mark[]][] {
  const spans = new Map<string, Mark[]>()
  for (const mark of marks) {
    const key = `${mark.start}-${mark.end}`
    spans.set(key, [...(spans.get(key) ?? []), mark])
  }
  return [...spans.values()].map((group): [number, Mark[]] => [group[0]!.start, group]).sort((a, b) => a[0] - b[0])
}

/** The sentence in pieces, marked and not; of several marks on the same words the first is shown. */
export function piecesOf({ text, marks }: Marked): Piece[] {
  const points = [...text]
  const out: Piece[] = []
  let at = 0
  for (const [start, group] of bySpan(marks)) {
    if (start < at) continue
    if (start > at) out.push({ text: points.slice(at, start).join(''), mark: null })
    out.push({ text: points.slice(start, group[0]!.end).join(''), mark: group[0]! })
    at = group[0]!.end
  }
  if (at < points.length) out.push({ text: points.slice(at).join(''), mark: null })
  return out
}

/** What is between the pre-cut words belongs to the sentence too: all pieces in order, words told apart. */
export function wordPieces(text: string, words: readonly Span[]): { start: number; end: number; text: string; isWord: boolean }[] {
  const points = [...text]
  const out: { start: number; end: number; text: string; isWord: boolean }[] = []
  const add = (start: number, end: number, isWord: boolean) => end > start && out.push({ start, end, text: points.slice(start, end).join(''), isWord })
  let at = 0
  for (const [start, end] of words) {
    add(at, start, false)
    add(start, end, true)
    at = end
  }
  add(at, points.length, false)
  return out
}

/** Put a mark on some words; marks that it meets give way. Brackets in the words could not be written. */
export function withMark(marked: Marked, mark: Mark): Marked {
  return { text: marked.text, marks: [...marked.marks.filter((one) => one.end <= mark.start || one.start >= mark.end), mark].sort((a, b) => a.start - b.start) }
}

export function withoutMark(marked: Marked, start: number, end: number): Marked {
  return { text: marked.text, marks: marked.marks.filter((one) => one.start !== start || one.end !== end) }
}

/** Whether the words between can be marked at all: the form has no way to write brackets. */
export function canMark(text: string, start: number, end: number): boolean {
  return end > start && !/[[\]]/.test([...text].slice(start, end).join(''))
}
