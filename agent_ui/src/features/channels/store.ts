// The channels of the workspace and the kinds that there can be, for the pages of this folder.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { channelApi, type Channel, type ChannelKind, type Words } from '@/api/channels'
import { useAuth } from '@/stores/auth'
import { useWorkspace } from '@/stores/workspace'

type Load = 'idle' | 'loading' | 'ready' | 'failed'

export const useChannels = defineStore('channels', () => {
  const workspace = useWorkspace()
  const channels = shallowRef<Channel[]>([])
  const kinds = shallowRef<ChannelKind[]>([])
  const state = ref<Load>('idle')
  const kindsState = ref<Load>('idle')

  async function load(): Promise<void> {
    if (state.value !== 'ready') state.value = 'loading'
    try {
      const all: Channel[] = []
      let cursor: string | null = null
      do {
        const page = await channelApi.list(cursor)
        all.push(...page.items)
        cursor = page.next_cursor
      } while (cursor)
      channels.value = all
      state.value = 'ready'
    } catch (error) {
      if (state.value !== 'ready') state.value = 'failed'
      throw error
    }
  }

  async function loadKinds(): Promise<void> {
    kindsState.value = 'loading'
    try {
      kinds.value = (await channelApi.kinds()).items
      kindsState.value = 'ready'
    } catch (error) {
      kindsState.value = 'failed'
      throw error
    }
  }

  /** A channel was made or changed: lists and the names everywhere else follow. */
  function put(channel: Channel): void {
    const known = channels.value.some((one) => one.id === channel.id)
    channels.value = known ? channels.value.map((one) => (one.id === channel.id ? channel : one)) : [...channels.value, channel]
    void workspace.load().catch(() => undefined)
  }

  function drop(id: string): void {
    channels.value = channels.value.filter((one) => one.id !== id)
    void workspace.load().catch(() => undefined)
  }

  const byId = computed(() => new Map(channels.value.map((one) => [one.id, one])))
  const byKind = computed(() => new Map<string, ChannelKind>(kinds.value.map((one) => [one.kind, one])))
  return { channels, kinds, state, kindsState, byId, byKind, load, loadKinds, put, drop }
})

export function useRights() {
  const auth = useAuth()
  return {
    mayRead: computed(() => auth.everyone),
    mayChange: computed(() => auth.agent?.roles.includes('admin') ?? false),
  }
}

/** Texts that the hub gives in both languages. */
export function useSaid(): (words: Words | null | undefined) => string {
  const { locale } = useI18n()
  return (words) => (words ? words[locale.value] || words.en || '' : '')
}
