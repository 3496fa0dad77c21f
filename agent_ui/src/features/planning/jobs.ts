// Long jobs of this browser tab, one of each kind: begun, asked after until they end, cancelled. They go on while
// another page is open, and their result is still there when one comes back.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { ApiError } from '@/api/http'
import { tryApi, type Job, type StaffingResult, type StaffingTask, type WhatIfResult, type Wish } from '@/api/planning'
import type { Id } from '@/api/types'

const ASK_MS = 700
/** So many questions in a row without an answer are a failure. */
const MOST_MISSES = 8

function jobStore<Question, Result>(name: string, begin: (question: Question) => Promise<{ job_id: Id }>) {
  return defineStore(name, () => {
    const job = shallowRef<Job | null>(null)
    const question = shallowRef<Question | null>(null)
    const beginning = ref(false)
    const lost = ref(false)
    const running = computed(() => beginning.value || (!lost.value && (job.value?.state === 'queued' || job.value?.state === 'running')))
    const result = computed(() => (job.value?.state === 'succeeded' ? (job.value.result as Result) : null))
    const failure = computed(() => (lost.value ? 'lost' : job.value?.state === 'failed' ? job.value.error || 'failed' : ''))
    let turn = 0

    async function run(what: Question): Promise<void> {
      const mine = ++turn
      beginning.value = true
      lost.value = false
      job.value = null
      question.value = what
      try {
        const { job_id } = await begin(what)
        job.value = await tryApi.job(job_id)
      } finally {
        beginning.value = false
      }
      void follow(mine)
    }

    async function follow(mine: number): Promise<void> {
      let misses = 0
      while (mine === turn && job.value && running.value) {
        await new Promise((done) => setTimeout(done, ASK_MS))
        if (mine !== turn || !job.value) return
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

    return { job, question, running, result, failure, lost, run, cancel }
  })
}

export const useWhatIfJob = jobStore<Wish, WhatIfResult>('whatIfJob', (wish) => tryApi.whatIf(wish))
export const useStaffingJob = jobStore<Partial<StaffingTask>, StaffingResult>('staffingJob', (task) => tryApi.staffing(task))
