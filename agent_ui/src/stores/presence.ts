// My own availability and load, as the server counts it.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { hub } from '@/api/hub'
import type { Presence, PresenceStatus } from '@/api/types'

export const usePresence = defineStore('presence', () => {
  const status = ref<PresenceStatus>('offline')
  const used = ref(0)
  const capacity = ref(0)
  const missed = ref(false)

  function take(presence: Presence): void {
    status.value = presence.status
    used.value = presence.used
    capacity.value = presence.capacity
    missed.value = !!presence.unresponsive
  }

  async function load(): Promise<void> {
    take(await hub.presence())
  }

  async function set(next: PresenceStatus): Promise<void> {
    take(await hub.setPresence(next))
  }

  return { status, used, capacity, missed, take, load, set }
})
