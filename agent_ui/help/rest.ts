// The help page's three calls, and who the reader is: a random name that only this browser keeps, for one vote each.
import type { components } from '../src/api/types.gen'

type Schemas = components['schemas']
export type Card = Schemas['HelpCard']
export type HelpList = Schemas['HelpListing']
export type Article = Schemas['HelpArticle']

const BASE = '/api/v1/help/articles'
const LIMIT_MS = 15_000
const READER = 'huike.help.reader'
const VOTED = 'huike.help.voted'

export class Gone extends Error {}

async function call<T>(path: string, body?: object): Promise<T> {
  const answer = await fetch(BASE + path, {
    method: body ? 'POST' : 'GET',
    headers: body ? { 'Content-Type': 'application/json' } : {},
    body: body ? JSON.stringify(body) : null,
    signal: AbortSignal.timeout(LIMIT_MS),
  })
  if (answer.status === 404) throw new Gone()
  if (!answer.ok) throw new Error(String(answer.status))
  return (await answer.json()) as T
}

export function list(language: string, q: string, category: string | null, cursor: string | null): Promise<HelpList> {
  const asked = new URLSearchParams({ language, limit: '24' })
  if (q) asked.set('q', q)
  if (category !== null) asked.set('category', category)
  if (cursor) asked.set('cursor', cursor)
  return call(`?${asked}`)
}

export const read = (id: string): Promise<Article> => call(`/${encodeURIComponent(id)}`)

function reader(): string {
  const known = localStorage.getItem(READER)
  if (known) return known
  const made = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  localStorage.setItem(READER, made)
  return made
}

function votes(): string[] {
  return (localStorage.getItem(VOTED) ?? '').split(' ').filter(Boolean)
}

export const hasVoted = (id: string): boolean => votes().includes(id)

export async function vote(id: string, helpful: boolean, comment: string): Promise<void> {
  await call(`/${encodeURIComponent(id)}/feedback`, { helpful, comment, token: reader() })
  localStorage.setItem(VOTED, [...votes().slice(-200), id].join(' '))
}
