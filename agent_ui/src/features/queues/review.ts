// Whether a session still needs the review of a sensitive request, and who may give it. The hub has the last word.
import { computed, type ComputedRef } from 'vue'
import type { Session } from '@/api/types'
import { isHeldBy } from '@/model/filters'
import { useAuth } from '@/stores/auth'
import { useSessions } from '@/stores/sessions'

export function useReview(session: () => Session): { isNeeded: ComputedRef<boolean>; mayReview: ComputedRef<boolean> } {
  const auth = useAuth()
  const sessions = useSessions()
  const hasSkill = () => {
    const skill = session().lane?.skill
    return !skill || skill in (auth.agent?.skills ?? {})
  }
  const isNeeded = computed(() => session().lane?.lane === 'reviewed' && !session().review && session().state !== 'closed')
  const mayReview = computed(() => auth.writes && (auth.everyone || (isHeldBy(session(), sessions.me) && hasSkill())))
  return { isNeeded, mayReview }
}
