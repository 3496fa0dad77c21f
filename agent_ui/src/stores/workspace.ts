// Names of things (channels, teams, tags, colleagues) and the server's clock.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { hub } from '@/api/hub'
import type { CannedReply, Colleague, Workspace } from '@/api/types'
import { clockOffset } from '@/model/time'

export const useWorkspace = defineStore('workspace', () => {
  const workspace = shallowRef<Workspace | null>(null)
  const canned = shallowRef<CannedReply[]>([])
  const offsetMs = ref(0)
  const channels = computed(() => new Map((workspace.value?.channels ?? []).map((item) => [item.id, item])))
  const tags = computed(() => workspace.value?.tags ?? [])
  const colleagues = computed(() => workspace.value?.colleagues ?? [])

  async function load(): Promise<void> {
    const sent = Date.now()
    const answer = await hub.workspace()
    offsetMs.value = clockOffset(answer.server_time, sent, Date.now())
    workspace.value = answer
  }

  async function loadCanned(): Promise<void> {
    canned.value = (await hub.canned()).items
  }

  function setColleague(id: string, change: Partial<Colleague>): void {
    const now = workspace.value
    if (!now) return
    const list = now.colleagues.map((item) => (item.id === id ? { ...item, ...change } : item))
    workspace.value = { ...now, colleagues: list }
  }

  function channelName(id: string | null): string {
    return (id && channels.value.get(id)?.name) || ''
  }

  function channelKind(id: string | null | undefined): string {
    return (id && channels.value.get(id)?.kind) || 'webchat'
  }

  function tagName(idOrName: string): string {
    return tags.value.find((tag) => tag.id === idOrName || tag.name === idOrName)?.name ?? idOrName
  }

  function tagColor(idOrName: string): string | undefined {
    return tags.value.find((tag) => tag.id === idOrName || tag.name === idOrName)?.color
  }

  function skillName(id: string, locale: string): string {
    const skill = workspace.value?.skills.find((item) => item.id === id || item.name === id)
    const label = locale.startsWith('zh') ? skill?.label?.zh : skill?.label?.en
    return label || skill?.name || id
  }

  return {
    workspace,
    canned,
    offsetMs,
    channels,
    tags,
    colleagues,
    load,
    loadCanned,
    setColleague,
    channelName,
    channelKind,
    tagName,
    tagColor,
    skillName,
  }
})
