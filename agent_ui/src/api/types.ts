// The shapes that the console reads and writes. Records come from the hub's own OpenAPI file (`npm run types`); only
// what that file cannot say, such as the event stream, is written here. No behaviour beside one type guard.
import type { components } from './types.gen'

type Schemas = components['schemas']

export type Id = string
/** RFC 3339 in UTC with milliseconds. */
export type Instant = string

export type Agent = Omit<Schemas['AgentView'], 'disabled' | 'presence'>
export type Role = Agent['roles'][number]
export type Presence = Schemas['Presence']
export type PresenceStatus = Presence['status']
export type Workspace = Schemas['Workspace']
export type Colleague = Schemas['Colleague']
export type CannedReply = Omit<Schemas['CannedReply'], 'version'>
export type Customer = Pick<Schemas['CustomerView'], 'id' | 'name' | 'level' | 'tags' | 'attributes' | 'identities'>
export type CustomerChange = Partial<Pick<Customer, 'name' | 'level' | 'tags'>>
export type Identity = Customer['identities'][number]
export type Offer = Schemas['Offer']
export type Handoff = Schemas['Handoff']
export type Rating = Schemas['Rating']
export type Attachment = Schemas['Attachment']
export type Author = Schemas['Actor']
export type Delivery = Schemas['Delivery']
export type DeliveryStateName = Delivery['state']
export type OutgoingMessage = Partial<Schemas['MessageDraft']> & Pick<Schemas['MessageDraft'], 'client_id'>
export type TransferTarget = Partial<Schemas['TransferTo']>

/** `read_seq` and its kin are there for those who need them; the console asks only for what it shows. */
export type Session = Omit<
  Schemas['SessionView'],
  'bot_id' | 'last_customer_seq' | 'read_seq' | 'customer_read_seq' | 'served_by' | 'transfer_to'
> & { read_seq?: number; served_by?: Id[] }
export type SessionState = Session['state']

export type SignedIn = Omit<Schemas['SignedIn'], 'agent'> & { agent: Agent }

/** All fields of all kinds of content: a kind that is newer than this console is still shown by what it has. */
export interface Content {
  type: string
  text?: string
  attachments?: Attachment[]
  options?: Schemas['MenuOption'][]
  article_id?: string
  latitude?: number
  longitude?: number
  url?: string
  title?: string
  subject?: string
  full_text?: string
  html?: string
  email?: MailFacts
}

export type MailPerson = Schemas['MailPerson']
export type MailFacts = Schemas['MailFacts']

export type MessageEntry = Omit<Schemas['Message'], 'kind' | 'content' | 'delivery' | 'client_id' | 'in_reply_to' | 'provider_ids'> & {
  kind: 'message'
  client_id?: string | null
  content: Content
  delivery: Delivery | null
}

/** Something that was done; the kind is open, because the hub may know more kinds than this console. */
export interface ActivityEntry {
  seq: number
  at: Instant
  kind: string
  actor?: Author | null
  data?: Record<string, unknown>
}

export type Entry = MessageEntry | ActivityEntry

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** One frame of the `/agent` event stream. */
export interface StreamEvent {
  cursor?: string
  type: string
  session_id?: Id | null
  at?: Instant
  data?: unknown
}

export interface QueueFigures {
  waiting: number
  longest_wait_s: number | null
  items: { session_id: Id; position: number; estimated_wait_s: number | null }[]
}

export function isMessage(entry: Entry): entry is MessageEntry {
  return entry.kind === 'message'
}
