// The settings of a bot that the studio's form knows, apart from those that it leaves as they are. Pure.
import type { Bot } from '@/api/studio'

export interface ShownSettings {
  url: string
  actions: string
  token: string
  office: string
}

const textIn = (from: unknown, key: string): string => {
  const value = from && typeof from === 'object' ? (from as Record<string, unknown>)[key] : undefined
  return typeof value === 'string' ? value : ''
}

export function shownSettings(settings: Bot['settings']): ShownSettings {
  return {
    url: textIn(settings, 'url'),
    actions: textIn(settings.action_endpoint, 'url'),
    token: '',
    office: textIn(settings.back_office, 'url'),
  }
}

/** The settings to save: what is shown over what was there. A token that is not typed is not sent, and stays. */
export function settingsOf(before: Bot['settings'], engine: Bot['engine'], shown: ShownSettings): Bot['settings'] {
  const token = shown.token ? { token: shown.token } : {}
  if (engine === 'rasa') return { ...before, url: shown.url.trim(), ...token }
  const { action_endpoint: endpoint, back_office: office, ...kept } = before
  const out: Bot['settings'] = kept
  if (shown.actions.trim()) out.action_endpoint = { ...(endpoint as object | undefined), url: shown.actions.trim(), ...token }
  if (shown.office.trim()) out.back_office = { ...(office as object | undefined), url: shown.office.trim() }
  return out
}
