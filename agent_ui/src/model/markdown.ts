// The little of Markdown that the guides of the channels use, as blocks and pieces. Pure; never makes HTML, so nothing
// in a guide can become an element that the renderer does not know.
import { safeHref } from './text'

export type Inline =
  | { type: 'text'; text: string }
  | { type: 'code'; text: string }
  | { type: 'strong'; text: string }
  | { type: 'link'; text: string; href: string }

export type Block =
  | { type: 'heading'; level: number; inline: Inline[] }
  | { type: 'paragraph'; inline: Inline[] }
  | { type: 'code'; text: string }
  | { type: 'quote'; inline: Inline[] }
  | { type: 'list'; ordered: boolean; start: number; items: Item[] }
  | { type: 'table'; head: Inline[][]; rows: Inline[][][] }

export interface Item {
  inline: Inline[]
  blocks: Block[]
}

const INLINE = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|(?<![*\w])\*([^*\s][^*\n]*)\*(?![*\w])|\[([^\]\n]+)\]\(([^()\s]+)\)|<(https?:\/\/[^\s<>]+)>/g

export function inlineOf(text: string): Inline[] {
  const out: Inline[] = []
  let at = 0
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) out.push({ type: 'text', text: text.slice(at, match.index) })
    out.push(pieceOf(match))
    at = match.index + match[0].length
  }
  if (at < text.length) out.push({ type: 'text', text: text.slice(at) })
  return out
}

function pieceOf([whole, code, strong, stressed, label, target, bare]: RegExpMatchArray): Inline {
  if (code !== undefined) return { type: 'code', text: code }
  if (strong !== undefined || stressed !== undefined) return { type: 'strong', text: (strong ?? stressed)! }
  const href = safeHref(target ?? bare)
  return href ? { type: 'link', text: label ?? bare ?? href, href } : { type: 'text', text: label ?? whole }
}

const FENCE = /^ *(```|~~~)/
const HEADING = /^ {0,3}(#{1,6}) +(.*?)(?: +#+)? *$/
const ITEM = /^( *)([-*+]|\d{1,4}[.)]) +(.*)$/
const RULE = /^ {0,3}([-*_])( *\1){2,} *$/
const TABLE_LINE = /^ *\|?(?: *:?-+:? *\|)+ *:?-* *:? *\|? *$/

export function parseMarkdown(source: string): Block[] {
  return blocksOf(source.replace(/\r\n?/g, '\n').replace(/\t/g, '    ').replace(/<!--[\s\S]*?-->/g, '').split('\n'))
}

function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = []
  let i = 0
  while (i < lines.length) {
    const line = lines[i]!
    if (!line.trim() || RULE.test(line)) i++
    else if (FENCE.test(line)) i = takeCode(lines, i, blocks)
    else if (HEADING.test(line)) {
      const [, marks, text] = HEADING.exec(line)!
      blocks.push({ type: 'heading', level: marks!.length, inline: inlineOf(text!) })
      i++
    } else if (/^ {0,3}>/.test(line)) i = takeQuote(lines, i, blocks)
    else if (ITEM.test(line)) i = takeList(lines, i, blocks)
    else if (line.includes('|') && TABLE_LINE.test(lines[i + 1] ?? '')) i = takeTable(lines, i, blocks)
    else i = takeParagraph(lines, i, blocks)
  }
  return blocks
}

function takeCode(lines: readonly string[], from: number, blocks: Block[]): number {
  const indent = lines[from]!.search(/\S/)
  const end = lines.findIndex((line, at) => at > from && FENCE.test(line))
  const last = end < 0 ? lines.length : end
  const text = lines.slice(from + 1, last).map((line) => line.slice(Math.min(indent, Math.max(0, line.search(/\S|$/)))))
  blocks.push({ type: 'code', text: text.join('\n') })
  return last + 1
}

function takeQuote(lines: readonly string[], from: number, blocks: Block[]): number {
  let i = from
  const text: string[] = []
  while (i < lines.length && /^ {0,3}>/.test(lines[i]!)) text.push(lines[i++]!.replace(/^ {0,3}> ?/, ''))
  blocks.push({ type: 'quote', inline: inlineOf(text.join(' ').trim()) })
  return i
}

/** Lines of an item's own stand deeper than its mark; whatever is deeper and makes blocks becomes its inside. */
function takeList(lines: readonly string[], from: number, blocks: Block[]): number {
  const [, lead, mark] = ITEM.exec(lines[from]!)!
  const depth = lead!.length
  const ordered = /\d/.test(mark!)
  const items: Item[] = []
  let i = from
  while (i < lines.length) {
    const match = ITEM.exec(lines[i]!)
    if (!match || match[1]!.length !== depth || /\d/.test(match[2]!) !== ordered) break
    const own = [match[3]!]
    i++
    while (i < lines.length && isInside(lines, i, depth)) own.push(lines[i++]!.slice(Math.min(depth + 2, lines[i - 1]!.search(/\S|$/))))
    items.push(itemOf(own))
    while (i < lines.length && !lines[i]!.trim() && ITEM.exec(lines[i + 1] ?? '')?.[1]!.length === depth) i++
  }
  blocks.push({ type: 'list', ordered, start: ordered ? parseInt(mark!, 10) : 1, items })
  return i
}

function isInside(lines: readonly string[], i: number, depth: number): boolean {
  const line = lines[i]!
  if (!line.trim()) {
    const next = lines.slice(i).find((one) => one.trim())
    return next !== undefined && next.search(/\S/) > depth
  }
  return line.search(/\S/) > depth || (!!lines[i - 1]!.trim() && !ITEM.test(line) && !HEADING.test(line) && !FENCE.test(line))
}

function itemOf(lines: readonly string[]): Item {
  const [first, ...rest] = blocksOf(lines)
  if (first?.type === 'paragraph') return { inline: first.inline, blocks: rest }
  return { inline: [], blocks: first ? [first, ...rest] : [] }
}

function cells(line: string): Inline[][] {
  return line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => inlineOf(cell.trim()))
}

function takeTable(lines: readonly string[], from: number, blocks: Block[]): number {
  let i = from + 2
  const rows: Inline[][][] = []
  while (i < lines.length && lines[i]!.includes('|')) rows.push(cells(lines[i++]!))
  blocks.push({ type: 'table', head: cells(lines[from]!), rows })
  return i
}

function takeParagraph(lines: readonly string[], from: number, blocks: Block[]): number {
  let i = from
  const text: string[] = []
  while (i < lines.length) {
    const line = lines[i]!
    if (!line.trim() || (i > from && (FENCE.test(line) || HEADING.test(line) || ITEM.test(line) || /^ {0,3}>/.test(line)))) break
    text.push(line.trim())
    i++
  }
  // Chinese lines are joined without a space, others with one.
  const joined = text.reduce((all, line) => all + (/[\p{Script=Han}\p{P}]$/u.test(all) && /^[\p{Script=Han}\p{P}]/u.test(line) ? '' : all ? ' ' : '') + line, '')
  blocks.push({ type: 'paragraph', inline: inlineOf(joined) })
  return i
}
