// How a queue stands at a moment, each figure by itself and the worst of them.
import type { QueueLive } from '@/api/routing'
import { longestNow, shareOf, shareTone, staffTone, waitTone, worst, type Tone } from '@/model/routingFigures'

export interface QueueTones {
  longest: number | null
  wait: Tone
  share: Tone
  staff: Tone
  worst: Tone
}

export function toneOf(queue: QueueLive, at: string, nowMs: number): QueueTones {
  const longest = longestNow(queue, at, nowMs)
  const wait = waitTone(longest, queue.target_s)
  const share = shareTone(shareOf(queue))
  const staff = staffTone(queue)
  return { longest, wait, share, staff, worst: worst(wait, share === 'late' ? 'soon' : share, staff) }
}

export const INK: Record<Tone, string> = { calm: 'text-ink', soon: 'text-warn', late: 'text-bad' }
