// What the screen shows. Every value is replaced, never changed in place; only chat.ts and its parts write here.
import { shallowReactive } from 'vue'
import type { Outbox } from '../model/outbox'
import { newThread, type Thread } from '../model/thread'
import type { ChannelTheme, Hours, QueuePlace, SessionNotice, Speaker } from '../model/types'
import type { Link } from './connection'

export interface ChatState {
  link: Link
  /** Whether there was a connection before: only then is a new one a reconnection worth a word. */
  known: boolean
  channel: { name: string; theme: ChannelTheme | null }
  greeting: string
  bot: { name: string } | null
  session: SessionNotice | null
  place: QueuePlace | null
  hours: Hours | null
  /** A person was asked for and the hub has not said yet where we stand. */
  asking: boolean
  problem: string
  thread: Thread
  past: readonly Thread[]
  earlier: 'unknown' | 'some' | 'none' | 'loading' | 'failed'
  outbox: Outbox
  typing: Speaker | null
  rating: number | null
  canRate: boolean
  /** A question that the host page put into our mouth; the writer decides whether to send it. */
  draft: string
  readSeq: number
  open: boolean
  full: boolean
  sound: boolean
  large: boolean
}

export function createState(): ChatState {
  return shallowReactive<ChatState>({
    link: 'idle',
    known: false,
    channel: { name: '', theme: null },
    greeting: '',
    bot: null,
    session: null,
    place: null,
    hours: null,
    asking: false,
    problem: '',
    thread: newThread(null),
    past: [],
    earlier: 'unknown',
    outbox: [],
    typing: null,
    rating: null,
    canRate: false,
    draft: '',
    readSeq: 0,
    open: false,
    full: false,
    sound: false,
    large: false,
  })
}
