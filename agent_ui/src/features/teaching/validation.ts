// The cross-validation of one bot: begun, asked after until it ends; its outcome stays while the studio is open.
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { ApiError } from '@/api/http'
import { tryApi, type Job } from '@/api/planning'
import type { Bot } from '@/api/studio'
import { versionApi, type Evaluation } from '@/api/teaching'

const ASK_MS = 700
/** So many questions in a row without an answer are a failure. */
const MOST_MISSES = 8

export function useValidation(bot: Bot) {
  const job = shallowRef<Job | null>(null)
  const beginning = ref(false)
  const lost = ref(false)
  const running = computed(() => beginning.value || (!lost.value && (job.value?.state === 'queued' || job.value?.state === 'running')))
  const result = computed(() => (job.value?.state === 'succeeded' ? (job.value.result as unknown as Evaluation) : null))
  const failure = computed(() => (lost.value ? 'lost' : job.value?.state === 'failed' ? job.value.error || 'failed' : ''))
  let isOver = false
  onScopeDispose(() => (isOver = true))

  async function run(): Promise<void> {
    beginning.value = true
    lost.value = false
    try {
      job.value = await tryApi.job((await versionApi.validate(bot.id)).job_id)
    } finally {
      beginning.value = false
    }
    let misses = 0
    while (!isOver && job.value && running.value) {
      await new Promise((done) => setTimeout(done, ASK_MS))
      if (isOver) return
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

  return { job, running, lost, result, failure, run, cancel }
}
