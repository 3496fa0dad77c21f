// Who is writing right now. Marks end by themselves, because a lost "stopped" must not leave dots for ever.
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'

export interface Writer {
  kind: string
  name: string
}

const SHOWN_MS = 6_000

export const useTyping = defineStore('typing', () => {
  const writers = shallowReactive(new Map<string, Writer>())
  const timers = new Map<string, ReturnType<typeof setTimeout>>()

  function stop(sessionId: string): void {
    clearTimeout(timers.get(sessionId))
    timers.delete(sessionId)
    writers.delete(sessionId)
  }

  function heard(sessionId: string, writer: Writer, typing: boolean): void {
    stop(sessionId)
    if (!typing) return
    writers.set(sessionId, writer)
    timers.set(sessionId, setTimeout(() => stop(sessionId), SHOWN_MS))
  }

  return { writers, heard, stop }
})
