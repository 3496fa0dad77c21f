// The words that the host page's loader and the iframe app say to each other, and the only way either may listen.
// Nothing here may trust a message before its window and its origin have been compared exactly.

/** What the host page knows about its customer; the hub alone decides whether it is true. */
export interface Person {
  token?: string
  id?: string
  hash?: string
  name?: string
  email?: string
  phone?: string
}

export type Scheme = 'auto' | 'light' | 'dark'

/** From the loader to the chat. */
export type ToFrame =
  | { type: 'init'; locale: string; user: Person | null; scheme: Scheme; open: boolean; full: boolean; forget: boolean; draft: string }
  | { type: 'shown'; open: boolean; full: boolean }
  | { type: 'user'; user: Person }
  | { type: 'locale'; locale: string }
  | { type: 'draft'; text: string }
  | { type: 'reset' }

/** From the chat to the loader. */
export type ToHost =
  | { type: 'ready' }
  | { type: 'close' }
  | { type: 'theme'; color: string; onColor: string; position: 'left' | 'right' }
  | { type: 'unread'; count: number }
  | { type: 'locale'; locale: string }
  | { type: 'event'; name: string; detail: Record<string, unknown> }

const mark = 'huike'

/** Wrap a message so that the other side can tell it from anything else on the page. */
export function seal<Message extends ToFrame | ToHost>(message: Message): { [mark]: 1; message: Message } {
  return { [mark]: 1, message }
}

/** Return the message inside an event when it comes from exactly this window and this origin, else null. */
export function unseal<Message extends ToFrame | ToHost>(
  event: Pick<MessageEvent, 'data' | 'origin' | 'source'>,
  from: { window: unknown; origin: string },
): Message | null {
  if (!from.origin || event.origin !== from.origin || event.source !== from.window) return null
  const data: unknown = event.data
  if (typeof data !== 'object' || data === null || !(mark in data) || !('message' in data)) return null
  const message = (data as { message: unknown }).message
  if (typeof message !== 'object' || message === null) return null
  return typeof (message as { type?: unknown }).type === 'string' ? (message as Message) : null
}
