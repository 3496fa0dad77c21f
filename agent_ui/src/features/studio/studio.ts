// What the tabs of the studio share about one bot: its material in numbers, changes and their undoing, and training.
// Made once by the frame for the bot that is open; the tabs ask for it with `useStudio()`.
import { computed, inject, onScopeDispose, provide, ref, shallowRef, type InjectionKey } from 'vue'
import { useI18n } from 'vue-i18n'
import { ApiError } from '@/api/http'
import { studioApi, type Bot, type BotEdit, type BotVersion, type Dataset, type Edit } from '@/api/studio'
import { useFailure } from '@/composables/failure'
import { useJob } from '@/composables/planningJob'
import { useAuth } from '@/stores/auth'
import { useUi } from '@/stores/ui'

type Load = 'loading' | 'ready' | 'failed'

/** The number of an edit: its id, and a revision, end in it. */
export const numberOf = (revision: string): number => Number(/(\d+)$/.exec(revision)?.[1] ?? 0)

function makeStudio(bot: Bot) {
  const { t } = useI18n()
  const ui = useUi()
  const auth = useAuth()
  const { attempt, textOf } = useFailure()
  const canWrite = computed(() => auth.agent?.roles.some((role) => role === 'admin' || role === 'trainer') ?? false)
  const dataset = shallowRef<Dataset | null>(null)
  const state = ref<Load>('loading')
  const failure = ref('')
  const revision = ref('')
  /** Counts up whenever the material is another one: lists that show it load again. */
  const stamp = ref(0)
  const versions = shallowRef<BotVersion[]>([])
  const live = computed(() => versions.value.find((one) => one.state === 'live') ?? null)
  const newest = computed(() => versions.value[0] ?? null)
  /** How many changes the newest version has not learned yet. */
  const changes = computed(() => (newest.value ? Math.max(0, numberOf(revision.value) - numberOf(newest.value.revision)) : numberOf(revision.value)))
  let gone = false
  onScopeDispose(() => (gone = true))

  /** Load the material in numbers, and the versions. */
  async function reload(): Promise<void> {
    try {
      const [found, trained] = await Promise.all([studioApi.dataset(bot.id), studioApi.versions(bot.id)])
      dataset.value = found
      versions.value = trained
      if (revision.value !== found.revision) stamp.value += 1
      revision.value = found.revision
      state.value = 'ready'
    } catch (error) {
      failure.value = textOf(error)
      // Files with faults can still be mended: the tabs that need no numbers go on.
      if (!dataset.value) state.value = 'failed'
    }
  }

  /** The material changed by an answer of the hub: everything that shows it follows. */
  async function changed(to: string): Promise<void> {
    if (to === revision.value) return
    revision.value = to
    stamp.value += 1
    await reload()
  }

  async function loadVersions(): Promise<void> {
    versions.value = await studioApi.versions(bot.id)
  }

  /** Somebody else was quicker: show what is there now, and say so. */
  async function tooLate(): Promise<void> {
    await reload()
    ui.toast('info', t('studio.changed'))
  }

  // One after the other, so that quick changes in a row never meet each other.
  let last: Promise<unknown> = Promise.resolve()
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }

  /**
   * Change the material; resolves to the change, `null` when nothing was different, `false` when it was refused (which
   * has been said, unless `faults` takes what the hub has against it). With `base`, it is refused when the material is
   * not that revision any more.
   */
  function edit(edits: Edit[], how: { base?: string; faults?: (error: ApiError) => boolean } = {}): Promise<BotEdit | null | false> {
    return inTurn(async () => {
      try {
        const answer = await studioApi.edit(bot.id, edits, how.base)
        await changed(answer.revision)
        return answer.edit
      } catch (error) {
        if (error instanceof ApiError && error.is('changed')) await tooLate()
        else if (!(error instanceof ApiError && how.faults?.(error))) ui.toast('bad', reasonOf(error))
        return false
      }
    })
  }

  /** What the hub has against a change, with the first fault that it names. */
  function reasonOf(error: unknown): string {
    const fault = error instanceof ApiError && error.status === 422 ? error.problem.errors?.[0] : undefined
    return fault ? t('studio.refused', { reason: `${fault.field ? `${fault.field}: ` : ''}${fault.message}` }) : textOf(error)
  }

  async function undo(id: string): Promise<boolean> {
    return inTurn(async () => {
      try {
        await changed((await studioApi.undo(bot.id, id)).revision)
        return true
      } catch (error) {
        const since = error instanceof ApiError && error.is('changed-since')
        ui.toast('bad', since ? t('studio.changedSince') : reasonOf(error))
        return false
      }
    })
  }

  /** Say that something was done, with the way back. */
  function told(text: string, done: BotEdit | null | false): void {
    if (done) ui.toast('good', text, { label: t('studio.undo'), run: () => void undo(done.id) })
  }

  // ------------------------------------------------------------------------------------------------------- training
  const { job, running: training, failure: jobFailure, begin, follow } = useJob<BotVersion>(() => gone)
  const trainFailure = computed(() => (jobFailure.value === 'lost' || jobFailure.value === 'failed' ? t(`studio.train.${jobFailure.value}`) : jobFailure.value))

  /** Train what is there now; resolves to the new version, or null when there is none. */
  async function train(note = ''): Promise<BotVersion | null> {
    if (training.value) return null
    if (await attempt(() => begin(() => studioApi.train(bot.id, note)))) await follow()
    if (job.value?.state !== 'succeeded') return null
    await attempt(loadVersions)
    return newest.value
  }

  return { bot, canWrite, dataset, state, failure, revision, stamp, versions, live, newest, changes, reload, changed, loadVersions, edit, undo, told, reasonOf, job, training, trainFailure, train }
}

export type Studio = ReturnType<typeof makeStudio>
const KEY: InjectionKey<Studio> = Symbol('studio')

/** For the frame: make what the tabs share, and load it. */
export function provideStudio(bot: Bot): Studio {
  const studio = makeStudio(bot)
  provide(KEY, studio)
  void studio.reload()
  return studio
}

export function useStudio(): Studio {
  const studio = inject(KEY)
  if (!studio) throw new Error('outside the studio')
  return studio
}
