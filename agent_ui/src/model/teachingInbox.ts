// The inbox of misunderstood messages: which stands where, which intents are offered for one, what a key means. Pure.
import type { Misunderstood, Turn } from '@/api/teaching'

/** So many intents have a key of their own. */
export const MOST_CHOICES = 9

export interface InboxGroup {
  /** The most typical message stands for its group. */
  key: string
  turns: Turn[]
}

/** The groups without what is gone already, and without groups of which nothing is left. */
export function groupsOf(found: Misunderstood, gone: ReadonlySet<string>): InboxGroup[] {
  return found.groups
    .map((group) => ({ key: group.turns[0]?.id ?? '', turns: group.turns.filter((turn) => !gone.has(turn.id)) }))
    .filter((group) => group.turns.length)
}

export function turnsOf(groups: readonly InboxGroup[]): Turn[] {
  return groups.flatMap((group) => group.turns)
}

/** The message that is next to one, staying inside the list. */
export function stepFrom(groups: readonly InboxGroup[], id: string, step: 1 | -1): string {
  const turns = turnsOf(groups)
  const at = turns.findIndex((turn) => turn.id === id)
  if (at < 0) return turns[0]?.id ?? ''
  return turns[Math.min(Math.max(at + step, 0), turns.length - 1)]!.id
}

/** Where to go on when messages have gone: the next one that is left, else the one before. */
export function afterLeaving(groups: readonly InboxGroup[], leaving: ReadonlySet<string>): string {
  const turns = turnsOf(groups)
  const last = turns.findLastIndex((turn) => leaving.has(turn.id))
  const next = turns.slice(last + 1).find((turn) => !leaving.has(turn.id))
  return (next ?? turns.slice(0, Math.max(last, 0)).findLast((turn) => !leaving.has(turn.id)))?.id ?? ''
}

/** The intents that have keys: what the bot guessed first, then those used lately, then those with most examples. */
export function choicesOf(turn: Turn, lately: readonly string[], intents: readonly { name: string; examples: number }[]): string[] {
  const known = new Set(intents.map((intent) => intent.name))
  const guessed = turn.intents.map((guess) => guess.name)
  const frequent = [...intents].sort((a, b) => b.examples - a.examples).map((intent) => intent.name)
  return [...new Set([...guessed, ...lately, ...frequent])].filter((name) => known.has(name)).slice(0, MOST_CHOICES)
}

export type InboxCommand = { act: 'next' | 'previous' | 'group' | 'search' | 'new' | 'aside' | 'undo' } | { act: 'label'; nth: number }

/** What a key means in the list; nothing with Ctrl, Alt or Meta, which belong to the browser and the console. */
export function inboxCommand(stroke: { key: string; code: string; shiftKey: boolean; altKey: boolean; ctrlKey: boolean; metaKey: boolean }): InboxCommand | null {
  if (stroke.altKey || stroke.ctrlKey || stroke.metaKey) return null
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(stroke.code)
  if (digit && !stroke.shiftKey) return { act: 'label', nth: Number(digit[1]) - 1 }
  if (stroke.key === 'ArrowDown') return { act: stroke.shiftKey ? 'group' : 'next' }
  if (stroke.key === 'ArrowUp' && !stroke.shiftKey) return { act: 'previous' }
  if (stroke.shiftKey) return null
  if (stroke.code === 'Slash' || stroke.key === '/') return { act: 'search' }
  const letters: Record<string, InboxCommand['act']> = { KeyJ: 'next', KeyK: 'previous', KeyN: 'new', KeyX: 'aside', KeyZ: 'undo' }
  const act = letters[stroke.code]
  return act ? ({ act } as InboxCommand) : null
}

/** Intents whose name or title has the words, best first: those that begin with them. */
export function findIntents<T extends { name: string; title: string }>(intents: readonly T[], words: string): T[] {
  const wanted = words.trim().toLocaleLowerCase()
  if (!wanted) return [...intents]
  const rank = (intent: T) => {
    const texts = [intent.title, intent.name].map((text) => text.toLocaleLowerCase())
    return texts.some((text) => text.startsWith(wanted)) ? 0 : texts.some((text) => text.includes(wanted)) ? 1 : 2
  }
  return intents
    .map((intent) => ({ intent, at: rank(intent) }))
    .filter((one) => one.at < 2)
    .sort((a, b) => a.at - b.at)
    .map((one) => one.intent)
}

/** A name as Rasa's files can have one; spaces become underscores. Empty when nothing is left. */
export function intentName(words: string): string {
  return words.trim().replace(/\s+/g, '_').replace(/[/\\:#"'{}[\],&*!|>%@`]/g, '')
}

/** The sentences of lines that are typed or pasted: without empty ones, without repeats, without those there already. */
export function newSentences(lines: string, known: ReadonlySet<string>): string[] {
  const sentences = lines.split(/\r?\n/).map((line) => line.trim())
  return [...new Set(sentences)].filter((line) => line && !known.has(line))
}
