// Answers as they are edited: what is wrong with a draft, what of it is kept, and values of conditions. Pure.
import type { ConditionValue, Variation } from '@/api/studio'

export interface DraftCondition {
  key: number
  slot: string
  value: string
}
export interface Draft extends Omit<Variation, 'conditions'> {
  key: number
  conditions: DraftCondition[]
}
export type WayFault = 'way' | 'button' | 'slot' | 'image'

/** A condition's value as it is typed: words stand for themselves, the rest as in JSON. */
export function valueText(value: ConditionValue): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return valueOf(value) === value ? value : JSON.stringify(value)
}

export function valueOf(text: string): ConditionValue {
  const given = text.trim()
  if (given === 'true' || given === 'false') return given === 'true'
  if (given === 'null') return null
  if (/^-?\d+(\.\d+)?$/.test(given)) return Number(given)
  if (/^".*"$/.test(given)) {
    try {
      return JSON.parse(given) as string
    } catch {
      return given
    }
  }
  return given
}

export function draftOf(variation: Variation, key: number): Draft {
  return {
    ...variation,
    key,
    buttons: variation.buttons.map((one) => ({ ...one })),
    conditions: Object.entries(variation.conditions).map(([slot, value], at) => ({ key: at, slot, value: valueText(value) })),
  }
}

export const emptyDraft = (key: number): Draft => ({ key, text: '', image: '', buttons: [], channel: '', conditions: [] })

export function variationOf(draft: Draft): Variation {
  return {
    text: draft.text.trim(),
    image: draft.image.trim(),
    buttons: draft.buttons.map(({ title, payload }) => ({ title: title.trim(), payload: payload.trim() })),
    channel: draft.channel.trim(),
    conditions: Object.fromEntries(draft.conditions.map(({ slot, value }) => [slot.trim(), valueOf(value)])),
  }
}

export function faultOf(draft: Draft): WayFault | null {
  const way = variationOf(draft)
  if (!way.text && !way.image && !way.buttons.length) return 'way'
  if (way.buttons.some((one) => !one.title || !one.payload)) return 'button'
  if (draft.conditions.some((one) => !one.slot.trim())) return 'slot'
  if (way.image && !/^(https?:\/\/|\/)\S+$/.test(way.image)) return 'image'
  return null
}

/** Answers of this name are no messages: they say how a slot or an action is called for people. */
export const TITLE_OF = 'utter_title_'

/** A language by its code, as readers of another one call it; a code that is none stays as it is. */
export function languageOf(code: string, locale: string): string {
  try {
    return new Intl.DisplayNames(locale, { type: 'language' }).of(code) ?? code
  } catch {
    return code
  }
}

/** The words of an answer in a language, or in any; empty where it has none. */
export function saidIn(ways: readonly Variation[], locale: string): string {
  const language = locale.split('-')[0]
  const spoken = ways.filter((way) => way.text)
  return (spoken.find((way) => way.conditions.language === language) ?? spoken[0])?.text ?? ''
}

/** A slot in an answer stands out, so that one sees what the bot will fill in. */
export function textPieces(text: string): { text: string; isSlot: boolean }[] {
  return text
    .split(/(\{[^{}\s]+\})/)
    .filter(Boolean)
    .map((piece) => ({ text: piece, isSlot: /^\{[^{}\s]+\}$/.test(piece) }))
}

export const questionOf = (slot: string, form: string, known: ReadonlySet<string>): string => {
  const own = `utter_ask_${form}_${slot}`
  return known.has(own) ? own : `utter_ask_${slot}`
}

export function movedBy<T>(items: readonly T[], from: number, step: 1 | -1): T[] {
  const to = from + step
  if (to < 0 || to >= items.length) return [...items]
  const out = [...items]
  const [one] = out.splice(from, 1)
  out.splice(to, 0, one!)
  return out
}
