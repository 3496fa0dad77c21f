// Pausing, resuming and deleting a channel, with what is told afterwards.
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import { channelApi, type Channel } from '@/api/channels'
import { useFailure } from '@/composables/failure'
import { useUi } from '@/stores/ui'
import { useChannels } from './store'

export function useChannelActs() {
  const { t } = useI18n()
  const ui = useUi()
  const route = useRoute()
  const router = useRouter()
  const channels = useChannels()
  const { attempt } = useFailure()

  function toggle(channel: Channel): Promise<boolean> {
    const act = channel.health.state === 'paused' ? 'resume' : 'pause'
    return attempt(async () => {
      channels.put(await channelApi.act(channel.id, act))
      ui.toast('good', act === 'pause' ? t('channels.pausedNow') : t('channels.resumedNow'))
    })
  }

  function remove(channel: Channel): Promise<boolean> {
    return attempt(async () => {
      await channelApi.remove(channel.id)
      channels.drop(channel.id)
      if (route.params.id === channel.id) await router.replace({ name: 'channels' })
      ui.toast('good', t('channels.removed', { name: channel.name }))
    })
  }

  return { toggle, remove }
}
