// One long job of the hub as a page follows it: begun, asked after until it ends or nobody wants it any more, cancelled.
import { computed, ref, shallowRef } from 'vue'
import { ApiError } from '@/api/http'
import { tryApi, type Job } from '@/api/planning'
import type { Id } from '@/api/types'

const ASK_MS = 700
/** So many questions in a row without an answer are a failure. */
const MOST_MISSES = 8

/** Follow jobs one after the other; a newer one takes the place of the one before. `isOver` ends the asking. */
export function useJob<Result>(isOver: () => boolean = () => false) {
  const job = shallowRef<Job | null>(null)
  const beginning = ref(false)
  const lost = ref(false)
  const running = computed(() => beginning.value || (!lost.value && (job.value?.state === 'queued' || job.value?.state === 'running')))
  const result = computed(() => (job.value?.state === 'succeeded' ? (job.value.result as Result) : null))
  /** Why there is no result: `lost`, `failed`, or the hub's words; empty while there may be one. */
  const failure = computed(() => (lost.value ? 'lost' : job.value?.state === 'failed' ? job.value.error || 'failed' : ''))
  let turn = 0

  async function begin(start: () => Promise<{ job_id: Id }>): Promise<void> {
    turn += 1
    beginning.value = true
    lost.value = false
    job.value = null
    try {
      job.value = await tryApi.job((await start()).job_id)
    } finally {
      beginning.value = false
    }
  }

  /** Ask after the job until it is over. */
  async function follow(): Promise<void> {
    const mine = turn
    const isWanted = () => mine === turn && !isOver()
    let misses = 0
    while (isWanted() && job.value && running.value) {
      await new Promise((done) => setTimeout(done, ASK_MS))
      if (!isWanted() || !job.value) return
      try {
        job.value = await tryApi.job(job.value.id)
        misses = 0
      } catch (error) {
        misses += 1
        lost.value = misses >= MOST_MISSES || (error instanceof ApiError && !error.unanswered)
      }
    }
  }

  async function cancel(): Promise<void> {
    if (!job.value) return
    const { id } = job.value
    await tryApi.cancel(id)
    job.value = await tryApi.job(id)
  }

  return { job, running, lost, result, failure, begin, follow, cancel }
}
