// The list of intents as it is looked for and sorted, what ails each, and names for people. Pure.
import type { Ailment, Intent } from '@/api/studio'

export type IntentOrder = 'health' | 'name' | 'examples'
export const ORDERS: readonly IntentOrder[] = ['health', 'name', 'examples']
const WEIGHT: Record<Ailment, number> = { duplicate: 4, confused_with: 3, few_examples: 2, not_in_domain: 2, no_answer: 1 }

export function titleOf(intent: Pick<Intent, 'name' | 'title'>, locale: string): string {
  return intent.title[locale] || intent.title[locale.split('-')[0]!] || ''
}

const ailing = (intent: Intent): number => intent.health.reduce((sum, one) => sum + WEIGHT[one.kind], 0)

/** The kinds that ail an intent, each once, the gravest first. */
export function ailmentsOf(intent: Intent): Ailment[] {
  return [...new Set(intent.health.map((one) => one.kind))].sort((a, b) => WEIGHT[b] - WEIGHT[a])
}

/** `called` is the name under which people see an intent: they look for it and sort by it. */
export function shownIntents(intents: readonly Intent[], wanted: string, order: IntentOrder, locale: string, called: (intent: Intent) => string): Intent[] {
  const words = wanted.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean)
  const found = intents.filter((one) => words.every((word) => `${called(one)} ${one.name} ${Object.values(one.title).join(' ')}`.toLocaleLowerCase().includes(word)))
  const byName = (a: Intent, b: Intent) => called(a).localeCompare(called(b), locale)
  switch (order) {
    case 'name':
      return found.sort(byName)
    case 'examples':
      return found.sort((a, b) => b.examples - a.examples || byName(a, b))
    case 'health':
      return found.sort((a, b) => ailing(b) - ailing(a) || byName(a, b))
  }
}

/** What the hub would refuse as a name of an intent, a response or a form. */
const NAME = /^[^\s/:{}[\]"'#,&*!|>%@`]+(\/[^\s/:{}[\]"'#,&*!|>%@`]+)?$/u
export type NameFault = 'empty' | 'form' | 'taken'

export function nameFault(name: string, taken: Iterable<string>): NameFault | null {
  if (!name) return 'empty'
  if (!NAME.test(name) || name.length > 100) return 'form'
  return new Set(taken).has(name) ? 'taken' : null
}
