// The inbox of one bot: its groups, what is chosen, and what is done with it. What is done leaves the list at once, is
// told to the hub one after the other, and comes back when the hub refuses it. Everything can be undone.
import { computed, reactive, ref, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { studioApi, type Bot } from '@/api/studio'
import { inboxApi, type InboxState, type Misunderstood } from '@/api/teaching'
import type { Id } from '@/api/types'
import { useFailure } from '@/composables/failure'
import { usePreference } from '@/composables/preference'
import { numberOf, useStudio } from '@/features/studio/studio'
import { afterLeaving, groupsOf, MOST_CHOICES, stepFrom, turnsOf } from '@/model/teachingInbox'
import { useUi } from '@/stores/ui'
import { useNames } from './names'

interface Done {
  ids: Id[]
  takeBack: () => Promise<unknown>
}

export function useInbox(bot: Bot) {
  const { t } = useI18n()
  const ui = useUi()
  const studio = useStudio()
  const names = useNames()
  const { textOf } = useFailure()
  const found = shallowRef<Misunderstood | null>(null)
  const failure = ref('')
  const days = ref(7)
  const show = ref<InboxState>('open')
  const gone = shallowRef<ReadonlySet<Id>>(new Set())
  const current = ref<Id>('')
  const whole = ref(false)
  const done = shallowRef<Done[]>([])
  /** Sentences with their entities marked, as they will be taught. */
  const marked = reactive(new Map<Id, string>())
  /** Sentences labelled since the newest version was trained. */
  const labelled = ref(0)
  const kept = usePreference<string>(`huike.labels.${bot.id}`, '')
  const lately = computed(() => kept.value.split('\n').filter(Boolean))

  const groups = computed(() => (found.value ? groupsOf(found.value, gone.value) : []))
  const turn = computed(() => turnsOf(groups.value).find((one) => one.id === current.value) ?? null)
  const group = computed(() => groups.value.find((one) => one.turns.some((each) => each.id === current.value)) ?? null)
  /** What the next act is about: the message, or its whole group. */
  const acting = computed(() => (whole.value && group.value ? group.value.turns.map((one) => one.id) : current.value ? [current.value] : []))

  const mayLabel = computed(() => studio.canWrite.value && show.value !== 'labelled')

  let last: Promise<unknown> = Promise.resolve()
  let asked = 0
  async function load(): Promise<void> {
    const mine = ++asked
    failure.value = ''
    // What is on its way to the hub is not in the list any more.
    await last
    try {
      const answer = await inboxApi.list(bot.id, days.value, show.value)
      if (mine !== asked) return
      found.value = answer
      gone.value = new Set()
      whole.value = false
      if (!turn.value) current.value = turnsOf(groups.value)[0]?.id ?? ''
    } catch (error) {
      if (mine !== asked) return
      found.value = null
      failure.value = textOf(error)
    }
  }

  async function count(): Promise<void> {
    const since = studio.newest.value ? numberOf(studio.newest.value.revision) : 0
    const edits = (await studioApi.history(bot.id)).items
    labelled.value = edits.filter((one) => one.kind === 'label' && !one.undone_by && numberOf(one.id) > since).reduce((sum, one) => sum + one.count, 0)
  }

  function choose(id: Id): void {
    current.value = id
    whole.value = false
  }

  const step = (by: 1 | -1) => choose(stepFrom(groups.value, current.value, by))
  const toggleWhole = () => (whole.value = !whole.value && (group.value?.turns.length ?? 0) > 1)

  /** Take messages out of the list and do the rest behind it, one after the other. */
  function leave(ids: Id[], work: () => Promise<Done['takeBack'] | null>): Promise<void> {
    const leaving = new Set(ids)
    const next = afterLeaving(groups.value, leaving)
    gone.value = new Set([...gone.value, ...ids])
    choose(next)
    const mine = last.then(async () => {
      try {
        const takeBack = await work()
        if (takeBack) done.value = [...done.value, { ids, takeBack }]
      } catch (error) {
        back(ids)
        ui.toast('bad', studio.reasonOf(error))
      }
    })
    last = mine
    return mine
  }

  function back(ids: Id[]): void {
    const returning = new Set(ids)
    gone.value = new Set([...gone.value].filter((id) => !returning.has(id)))
    if (ids[0]) choose(ids[0])
  }

  function label(intent: string): void {
    const ids = acting.value
    if (!ids.length || !mayLabel.value) return
    kept.value = [intent, ...lately.value.filter((one) => one !== intent)].slice(0, MOST_CHOICES).join('\n')
    const texts = Object.fromEntries([...marked].filter(([id]) => ids.includes(id)))
    void leave(ids, async () => {
      const answer = await inboxApi.label(bot.id, ids, intent, Object.keys(texts).length ? texts : undefined)
      follow(answer.revision)
      ui.toast('good', t('teaching.inbox.labelled', { n: ids.length, intent: names.intent(intent) }, ids.length), { label: t('teaching.inbox.undo'), run: () => void undo() })
      const { edit } = answer
      // Taking the edit back takes its labels back; there is none where the intent had the sentences already.
      return edit ? async () => follow((await studioApi.undo(bot.id, edit.id)).revision) : () => inboxApi.aside(bot.id, ids, true)
    })
  }

  /** Not for teaching: put aside. */
  function aside(): void {
    const ids = acting.value
    if (!ids.length || !studio.canWrite.value) return
    void leave(ids, async () => {
      await inboxApi.aside(bot.id, ids)
      return () => inboxApi.aside(bot.id, ids, true)
    })
  }

  /** Back to those that nobody has looked at; what was taught of them stays until it is undone in the history. */
  function bringBack(): void {
    const ids = acting.value
    if (!ids.length || !studio.canWrite.value) return
    void leave(ids, async () => {
      await inboxApi.aside(bot.id, ids, true)
      return null
    })
  }

  function follow(revision: string): void {
    void studio.changed(revision).then(count).catch(() => undefined)
  }

  function undo(): Promise<void> {
    const mine = last.then(async () => {
      const what = done.value.at(-1)
      if (!what) return
      try {
        await what.takeBack()
        done.value = done.value.slice(0, -1)
        back(what.ids)
      } catch (error) {
        ui.toast('bad', studio.reasonOf(error))
      }
    })
    last = mine
    return mine
  }

  return { found, failure, days, show, groups, turn, group, current, whole, acting, marked, labelled, lately, done, load, count, choose, step, toggleWhole, mayLabel, label, aside, bringBack, undo }
}

export type Inbox = ReturnType<typeof useInbox>
