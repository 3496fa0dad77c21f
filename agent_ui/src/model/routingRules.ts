// Routing rules as they are edited and told: their clauses, their words, their order, what is wrong with a draft. Pure.
import type { Rule, RuleDraft, RuleThen, RuleWhen } from '@/api/routingAdmin'

export const MOST_WORDS = 500
export const LONGEST_WORD = 100

export const WHEN_PARTS = ['channel_ids', 'languages', 'levels', 'feelings', 'words', 'hours'] as const
export const THEN_PARTS = ['first', 'queue_id', 'team_id', 'language', 'skills', 'priority', 'lane'] as const
export type WhenPart = (typeof WHEN_PARTS)[number]
export type ThenPart = (typeof THEN_PARTS)[number]

const NO_WHEN: RuleWhen = { channel_ids: [], languages: [], levels: [], feelings: [], words: [], hours: null }
const NO_THEN: RuleThen = { first: null, bot_id: null, queue_id: null, team_id: null, language: null, skills: {}, priority: null, lane: null }

export function draftOf(rule: Rule | null): RuleDraft {
  return {
    name: rule?.name ?? '',
    enabled: rule?.enabled ?? true,
    when: { ...NO_WHEN, ...rule?.when },
    then: { ...NO_THEN, ...rule?.then },
  }
}

function isSaid(value: unknown): boolean {
  if (value === null || value === undefined) return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

export const whenSaid = (when: RuleWhen): WhenPart[] => WHEN_PARTS.filter((part) => isSaid(when[part]))
export const thenSaid = (then: RuleThen): ThenPart[] => THEN_PARTS.filter((part) => isSaid(then[part]))
export const withoutWhen = (when: RuleWhen, part: WhenPart): RuleWhen => ({ ...when, [part]: NO_WHEN[part] })

/** A bot is named only where a bot is first. */
export function withoutThen(then: RuleThen, part: ThenPart): RuleThen {
  return { ...then, [part]: NO_THEN[part], ...(part === 'first' ? { bot_id: null } : {}) }
}

/** A rule about words or moods hears every message; the others speak when a conversation starts. */
export function hearsEveryMessage(rule: Pick<Rule, 'when'>): boolean {
  return rule.when.words.length > 0 || rule.when.feelings.length > 0
}

/** How two words are compared: whatever their case and width. */
const plain = (word: string) => word.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()

/**
 * The words in a text that somebody typed or pasted: one a line, or parted by commas of any kind. Chinese words may
 * also be parted by spaces; a Latin phrase keeps its own.
 */
export function wordsIn(text: string): string[] {
  return text
    .split(/[\r\n\t,，、;；|]+/)
    .flatMap((piece) => (/\p{Script=Han}/u.test(piece) && !/\p{Script=Latin}/u.test(piece) ? piece.split(/\s+/) : [piece]))
    .map((word) => word.trim().replace(/\s+/g, ' '))
    .filter(Boolean)
}

/** Words with new ones after them, none twice. */
export function withWordsOf(present: readonly string[], text: string): string[] {
  const seen = new Set(present.map(plain))
  const added: string[] = []
  for (const word of wordsIn(text)) {
    if (seen.has(plain(word))) continue
    seen.add(plain(word))
    added.push(word)
  }
  return [...present, ...added]
}

/** The list with one thing moved to another place. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const rest = items.filter((_, at) => at !== from)
  const one = items[from]
  if (one === undefined) return [...items]
  const place = Math.max(0, Math.min(rest.length, to))
  return [...rest.slice(0, place), one, ...rest.slice(place)]
}

export type RuleFault = 'name' | 'says_nothing' | 'word_long' | 'words_many' | 'empty'

/** What is wrong with a draft, by field. `open` are the parts that somebody began to say and left empty. */
export function faultsOfRule(draft: RuleDraft, open: { when: readonly WhenPart[]; then: readonly ThenPart[] }): Record<string, RuleFault> {
  const faults: Record<string, RuleFault> = {}
  if (!draft.name.trim()) faults.name = 'name'
  for (const part of open.when) if (!isSaid(draft.when[part])) faults[`when.${part}`] = 'empty'
  for (const part of open.then) if (!isSaid(draft.then[part])) faults[`then.${part}`] = 'empty'
  if (draft.when.words.some((word) => word.length > LONGEST_WORD)) faults['when.words'] = 'word_long'
  if (draft.when.words.length > MOST_WORDS) faults['when.words'] = 'words_many'
  if (!thenSaid(draft.then).length && !open.then.length) faults.then = 'says_nothing'
  return faults
}

/** The hub's objections at the fields of a form; what belongs to none of them comes under the empty name. */
export function faultsAt(errors: readonly { field: string; message: string }[], fields: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { field, message } of errors) {
    const known = fields.filter((one) => field === one || field.startsWith(`${one}.`) || field.startsWith(`${one}[`)).sort((a, b) => b.length - a.length)[0] ?? ''
    found[known] = found[known] ? `${found[known]} ${message}` : message
  }
  return found
}

/** How things are called where the rule is read. */
export interface RuleNames {
  channel(id: string): string
  language(code: string): string
  level(level: string): string
  feeling(feeling: string): string
  bot(id: string): string
  queue(id: string): string
  team(id: string): string
  skill(name: string, level: number): string
  priority(n: number): string
  either(parts: string[]): string
  all(parts: string[]): string
  quoted(word: string): string
  listed(parts: string[]): string
}

/** A part of a sentence: the key of its text and what goes into it. */
export interface Clause {
  key: string
  values: Record<string, string | number>
}

// So many words are told; the rest is a number.
const TOLD_WORDS = 3

export function whenClauses(when: RuleWhen, names: RuleNames): Clause[] {
  const clauses: Clause[] = []
  const list = (key: string, parts: string[]) => parts.length && clauses.push({ key, values: { list: names.either(parts) } })
  list('channel_ids', when.channel_ids.map(names.channel))
  list('languages', when.languages.map(names.language))
  list('levels', when.levels.map(names.level))
  list('feelings', when.feelings.map(names.feeling))
  const told = when.words.slice(0, TOLD_WORDS).map(names.quoted)
  if (when.words.length > TOLD_WORDS) clauses.push({ key: 'wordsMany', values: { list: names.listed(told), n: when.words.length } })
  else list('words', told)
  if (when.hours) clauses.push({ key: when.hours, values: {} })
  return clauses
}

export function thenClauses(then: RuleThen, names: RuleNames): Clause[] {
  const clauses: Clause[] = []
  const say = (key: string, values: Clause['values'] = {}) => clauses.push({ key, values })
  if (then.first === 'bot') say(then.bot_id ? 'botNamed' : 'bot', then.bot_id ? { name: names.bot(then.bot_id) } : {})
  if (then.first === 'person') say('person')
  if (then.queue_id) say('queue_id', { name: names.queue(then.queue_id) })
  if (then.team_id) say('team_id', { name: names.team(then.team_id) })
  if (then.language) say('language', { name: names.language(then.language) })
  const skills = Object.entries(then.skills)
  if (skills.length) say('skills', { list: names.all(skills.map(([name, level]) => names.skill(name, level))) })
  if (then.priority !== null && then.priority !== undefined) say('priority', { name: names.priority(then.priority) })
  if (then.lane) say(`lane_${then.lane}`)
  return clauses
}
