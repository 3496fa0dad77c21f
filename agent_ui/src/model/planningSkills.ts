// The grid of agents and skills: what a key does to a cell, what is covered, and the way back. Pure.
import type { Member, MemberChange } from '@/api/planning'

export const MOST_LEVEL = 10
export const MOST_CAPACITY = 1000
export interface Cell {
  row: number
  column: number
}
export type Column = { kind: 'skill'; name: string } | { kind: 'languages' } | { kind: 'capacity' }
/** One change of one cell, with what was there before. */
export interface Edit {
  agentId: string
  column: Column
  before: number | string[]
  after: number | string[]
}

export function moveCell(at: Cell, key: string, whole: boolean, rows: number, columns: number): Cell | null {
  const { row, column } = at
  const [bottom, right] = [rows - 1, columns - 1]
  switch (key) {
    case 'ArrowUp':
      return { row: whole ? 0 : Math.max(0, row - 1), column }
    case 'ArrowDown':
    case 'Enter':
      return { row: whole && key !== 'Enter' ? bottom : Math.min(bottom, row + 1), column }
    case 'ArrowLeft':
      return { row, column: whole ? 0 : Math.max(0, column - 1) }
    case 'ArrowRight':
      return { row, column: whole ? right : Math.min(right, column + 1) }
    case 'Home':
      return { row: whole ? 0 : row, column: 0 }
    case 'End':
      return { row: whole ? bottom : row, column: right }
    case 'PageUp':
      return { row: Math.max(0, row - 10), column }
    case 'PageDown':
      return { row: Math.min(bottom, row + 10), column }
    default:
      return null
  }
}

/**
 * The number in a cell after a digit: digits that follow one another at once make one number while it is possible, so
 * 1 and then 0 is 10 but 4 and then 5 is 5.
 */
export function typed(before: string, digit: string, most: number): string {
  const joined = before + digit
  return joined.length <= String(most).length && Number(joined) <= most ? String(Number(joined)) : digit
}

export function valueOf(member: Pick<Member, 'skills' | 'languages' | 'capacity'>, column: Column): number | string[] {
  if (column.kind === 'skill') return member.skills[column.name] ?? 0
  return column.kind === 'capacity' ? member.capacity : member.languages
}

/** The member with another value in a cell; level 0 is a skill that one does not have. */
export function withValue<T extends Pick<Member, 'skills' | 'languages' | 'capacity'>>(member: T, column: Column, value: number | string[]): T {
  if (column.kind === 'capacity') return { ...member, capacity: value as number }
  if (column.kind === 'languages') return { ...member, languages: value as string[] }
  const skills = Object.fromEntries(Object.entries(member.skills).filter(([name]) => name !== column.name))
  return { ...member, skills: value ? { ...skills, [column.name]: value as number } : skills }
}

export const isSame = (a: number | string[], b: number | string[]) => JSON.stringify(a) === JSON.stringify(b)

/** What is to be told to the hub of a member who was changed here; null when nothing is. */
export function changeOf(known: Member, shown: Member): MemberChange | null {
  const change: MemberChange = {}
  const names = new Set([...Object.keys(known.skills), ...Object.keys(shown.skills)])
  if ([...names].some((name) => known.skills[name] !== shown.skills[name])) change.skills = shown.skills
  if (!isSame(known.languages, shown.languages)) change.languages = shown.languages
  if (known.capacity !== shown.capacity) change.capacity = shown.capacity
  return Object.keys(change).length ? change : null
}

export interface Coverage {
  able: number
  online: number
}

export function coverage(members: readonly Member[], skill: string, level: number, isOnline: (id: string) => boolean): Coverage {
  const able = members.filter((one) => (one.skills[skill] ?? 0) >= level)
  return { able: able.length, online: able.filter((one) => isOnline(one.id)).length }
}

export const coverageTone = ({ able, online }: Coverage) => (able === 0 ? 'late' : online === 0 ? 'soon' : 'calm')

/** Everybody who may serve customers and whom the search means, by name. */
export function membersFor(members: readonly Member[], search: string, matches: (member: Member) => string): Member[] {
  const words = search.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean)
  return members
    .filter((one) => !one.disabled && one.roles.some((role) => role === 'agent' || role === 'supervisor' || role === 'admin'))
    .filter((one) => words.every((word) => matches(one).normalize('NFKC').toLowerCase().includes(word)))
    .sort((a, b) => Number(b.roles.includes('agent')) - Number(a.roles.includes('agent')) || a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
}

/** The name by which rules and channels ask for a skill, made of what people typed. */
export const skillKey = (text: string) => text.normalize('NFKC').trim().toLowerCase().replace(/\s+/g, '_').slice(0, 60)
