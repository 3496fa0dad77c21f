// Long jobs of this browser tab, one of each kind: begun, asked after until they end, cancelled. They go on while
// another page is open, and their result is still there when one comes back.
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { tryApi, type StaffingResult, type StaffingTask, type WhatIfResult, type Wish } from '@/api/planning'
import type { Id } from '@/api/types'
import { useJob } from '@/composables/planningJob'

function jobStore<Question, Result>(name: string, begin: (question: Question) => Promise<{ job_id: Id }>) {
  return defineStore(name, () => {
    const { job, running, lost, result, failure, begin: start, follow, cancel } = useJob<Result>()
    const question = shallowRef<Question | null>(null)

    async function run(what: Question): Promise<void> {
      question.value = what
      await start(() => begin(what))
      void follow()
    }

    return { job, question, running, result, failure, lost, run, cancel }
  })
}

export const useWhatIfJob = jobStore<Wish, WhatIfResult>('whatIfJob', (wish) => tryApi.whatIf(wish))
export const useStaffingJob = jobStore<Partial<StaffingTask>, StaffingResult>('staffingJob', (task) => tryApi.staffing(task))
