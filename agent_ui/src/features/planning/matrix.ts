// The members of staff as the grid shows them: a change stands at once, is told to the hub one after the other for each
// person, and is taken back when the hub refuses it. Every change can be undone.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, triggerRef } from 'vue'
import { skillApi, type Member, type Skill } from '@/api/planning'
import type { Id } from '@/api/types'
import { changeOf, isSame, valueOf, withValue, type Column, type Edit } from '@/model/planningSkills'

const MOST_UNDO = 200

export const useMatrix = defineStore('matrix', () => {
  /** As the hub has them, and as they are shown. */
  const known = shallowRef(new Map<Id, Member>())
  const shown = shallowRef(new Map<Id, Member>())
  const skills = shallowRef<Skill[]>([])
  const state = ref<'idle' | 'loading' | 'ready' | 'failed'>('idle')
  const done = shallowRef<Edit[]>([])
  const saving = shallowRef(new Map<Id, Promise<void>>())
  const members = computed(() => [...shown.value.values()])
  const busy = computed(() => saving.value.size > 0)

  async function load(): Promise<void> {
    if (state.value !== 'ready') state.value = 'loading'
    try {
      const [found, names] = await Promise.all([skillApi.members(), skillApi.list()])
      known.value = new Map(found.map((one) => [one.id, one]))
      // What is on its way to the hub stays as it is shown.
      shown.value = new Map(found.map((one) => [one.id, saving.value.has(one.id) ? (shown.value.get(one.id) ?? one) : one]))
      skills.value = names.sort((a, b) => a.name.localeCompare(b.name))
      state.value = 'ready'
    } catch (error) {
      if (state.value !== 'ready') state.value = 'failed'
      throw error
    }
  }

  function show(member: Member): void {
    shown.value.set(member.id, member)
    triggerRef(shown)
  }

  const isPending = (id: Id, column: Column) => {
    const [is, was] = [shown.value.get(id), known.value.get(id)]
    return !!is && !!was && !isSame(valueOf(is, column), valueOf(was, column))
  }

  /** Tell the hub of a member until it has all that is shown. */
  async function tell(id: Id): Promise<void> {
    for (;;) {
      const [before, wanted] = [known.value.get(id), shown.value.get(id)]
      const change = before && wanted ? changeOf(before, wanted) : null
      if (!change) return
      const answer = await skillApi.change(id, change)
      known.value.set(id, answer)
      triggerRef(known)
    }
  }

  async function save(id: Id): Promise<void> {
    let running = saving.value.get(id)
    if (!running) {
      running = tell(id).finally(() => {
        saving.value.delete(id)
        triggerRef(saving)
      })
      saving.value.set(id, running)
      triggerRef(saving)
    }
    try {
      await running
    } catch (error) {
      const back = known.value.get(id)
      if (back) show(back)
      done.value = done.value.filter((edit) => edit.agentId !== id)
      throw error
    }
  }

  function put(agentId: Id, column: Column, after: Edit['after']): Edit | null {
    const member = shown.value.get(agentId)
    if (!member) return null
    const before = valueOf(member, column)
    if (isSame(before, after)) return null
    show(withValue(member, column, after))
    return { agentId, column, before, after }
  }

  async function set(agentId: Id, column: Column, value: Edit['after']): Promise<void> {
    const edit = put(agentId, column, value)
    if (!edit) return
    const last = done.value.at(-1)
    // Digits of one number are one change: 1 and 0 are 10, and undone together.
    const goesOn = last?.agentId === agentId && JSON.stringify(last.column) === JSON.stringify(column) && isSame(last.after, edit.before) && String(value).startsWith(String(last.after)) && column.kind !== 'languages'
    done.value = goesOn ? [...done.value.slice(0, -1), { ...last, after: value }] : [...done.value.slice(-MOST_UNDO), edit]
    await save(agentId)
  }

  /** Take the last change back; returns it. */
  async function undo(): Promise<Edit | null> {
    const edit = done.value.at(-1)
    if (!edit) return null
    done.value = done.value.slice(0, -1)
    put(edit.agentId, edit.column, edit.before)
    await save(edit.agentId)
    return edit
  }

  function addSkill(skill: Skill): void {
    skills.value = [...skills.value, skill].sort((a, b) => a.name.localeCompare(b.name))
  }

  return { members, skills, state, done, busy, load, set, undo, isPending, addSkill }
})
