// What to say about the wait for a person. Pure: picks a sentence and its numbers, the locales hold the words.
import type { QueuePlace } from './types'

export type QueueText = { key: string; values: Record<string, number> }

/** Sentences for the place and the expected wait; either may be unknown, and a wait is never promised to the second. */
export function queueTexts(place: QueuePlace | null): { place: QueueText; wait: QueueText | null } {
  return { place: placeText(place?.position ?? null), wait: waitText(place?.estimated_wait_s ?? null) }
}

function placeText(position: number | null): QueueText {
  if (position === null || position < 1) return { key: 'queue.unknown', values: {} }
  if (position === 1) return { key: 'queue.next', values: {} }
  return { key: 'queue.place', values: { position, ahead: position - 1 } }
}

function waitText(seconds: number | null): QueueText | null {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return null
  if (seconds < 45) return { key: 'queue.wait.soon', values: {} }
  const minutes = Math.ceil(seconds / 60)
  if (minutes === 1) return { key: 'queue.wait.minute', values: {} }
  if (minutes <= 60) return { key: 'queue.wait.minutes', values: { minutes } }
  return { key: 'queue.wait.long', values: {} }
}
