// What stands in the way of a reply on a channel: a window that closes, a number of messages, the length of the text. Pure.
import type { Capabilities, Measure, ReplyChannel, ReplyWindow } from '@/api/channels'

export type Obstacle = 'opted_out' | 'window_closed' | 'quota_used' | 'too_long' | 'no_files'

export interface WindowState {
  secondsLeft: number
  left: number | null
  closed: boolean
  /** One message or less than an hour is left. */
  urgent: boolean
}

export function windowState(window: ReplyWindow, nowMs: number): WindowState {
  const secondsLeft = Math.max(0, Math.floor((Date.parse(window.ends_at) - nowMs) / 1000))
  const { left } = window
  return { secondsLeft, left, closed: secondsLeft === 0 || left === 0, urgent: secondsLeft < 3600 || (left !== null && left <= 1) }
}

export function lengthOf(text: string, unit: Capabilities['text_unit']): number {
  return unit === 'bytes' ? new TextEncoder().encode(text).length : [...text].length
}

export interface Size {
  used: number
  max: number
  /** More than what goes out whole. */
  over: boolean
  /** Worth showing: four fifths of what fits. */
  near: boolean
  parts: number
}

export function sizeOf(text: string, { text_unit, max_text }: Capabilities): Size {
  const used = lengthOf(text, text_unit)
  return { used, max: max_text, over: used > max_text, near: used >= max_text * 0.8, parts: Math.max(1, Math.ceil(used / max_text)) }
}

/** The channel cuts texts into parts that the customer or we pay for, so their number is asked of the hub. */
export function countsParts(channel: ReplyChannel): boolean {
  return channel.capabilities.text_unit === 'septets' || channel.kind.startsWith('sms')
}

/** Why nothing can be sent this way now; the first reason that no change of the text would mend comes first. */
export function obstacleOf(channel: ReplyChannel, nowMs: number, text: string, files: number, measured: Measure | null): Obstacle | null {
  const { capabilities } = channel
  if (channel.opted_out) return 'opted_out'
  if (channel.window) {
    const state = windowState(channel.window, nowMs)
    if (state.secondsLeft === 0) return 'window_closed'
    if (state.left === 0) return 'quota_used'
  }
  if (files && !capabilities.attachments) return 'no_files'
  if (capabilities.splits_text) return null
  const long = countsParts(channel) ? !!measured && measured.units > capabilities.max_text : sizeOf(text, capabilities).over
  return long ? 'too_long' : null
}

/** A length of time in its two largest units, for words such as "1 d 3 h"; minutes are the smallest above an hour. */
export function lengthParts(seconds: number): { value: number; unit: 'day' | 'hour' | 'minute' }[] {
  const minutes = Math.floor(seconds / 60)
  const parts = [
    { value: Math.floor(minutes / 1440), unit: 'day' as const },
    { value: Math.floor((minutes % 1440) / 60), unit: 'hour' as const },
    { value: minutes % 60, unit: 'minute' as const },
  ]
  const first = parts.findIndex((part) => part.value > 0)
  return first < 0 ? [parts[2]!] : parts.slice(first, first + 2).filter((part, i) => i === 0 || part.value > 0)
}
