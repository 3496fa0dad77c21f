// The cross-validation of one bot: begun, asked after until it ends; its outcome stays while the studio is open.
import { onScopeDispose } from 'vue'
import type { Bot } from '@/api/studio'
import { versionApi, type Evaluation } from '@/api/teaching'
import { useJob } from '@/composables/planningJob'

export function useValidation(bot: Bot) {
  let isOver = false
  onScopeDispose(() => (isOver = true))
  const { begin, follow, ...validation } = useJob<Evaluation>(() => isOver)

  async function run(): Promise<void> {
    await begin(() => versionApi.validate(bot.id))
    await follow()
  }

  return { ...validation, run }
}
