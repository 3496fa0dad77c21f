// What was tried on a bot: it is still there when the panel is closed and opened, or another page was looked at.
import { defineStore } from 'pinia'
import { reactive } from 'vue'
import type { Id } from '@/api/types'

interface Tried {
  text: string
  version: number | null
  /** The newest first. */
  sentences: string[]
}

export const useTried = defineStore('tried', () => {
  const bots = reactive(new Map<Id, Tried>())

  function of(bot: Id): Tried {
    if (!bots.has(bot)) bots.set(bot, { text: '', version: null, sentences: [] })
    return bots.get(bot)!
  }

  return { of }
})
