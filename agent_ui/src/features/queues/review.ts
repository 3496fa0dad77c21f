// Whether a session still needs the review of a sensitive request, and who may give it. A holder without the
// skill for it is refused by the hub: skills may have changed since this console learnt them.
import { computed, type ComputedRef } from 'vue'
import type { Session } from '@/api/types'
import { isHeldBy } from '@/model/filters'
import { useAuth } from '@/stores/auth'
import { useSessions } from '@/stores/sessions'

export function useReview(session: () => Session): { isNeeded: ComputedRef<boolean>; mayReview: ComputedRef<boolean> } {
  const auth = useAuth()
  const sessions = useSessions()
  const isNeeded = computed(() => session().lane?.lane === 'reviewed' && !session().review && session().state !== 'closed')
  const mayReview = computed(() => auth.writes && (auth.everyone || isHeldBy(session(), sessions.me)))
  return { isNeeded, mayReview }
}
