// Where the words of the parts lie that are not on the first screen. Fetched with the first of them: the list alone would
// weigh on the first load.
import type { Source } from './model/messages'

type File = () => Promise<{ default: Source }>

export const laterWords = {
  login: { 'zh-CN': () => import('./locales/login/zh-CN.json'), en: () => import('./locales/login/en.json') },
  later: { 'zh-CN': () => import('./locales/later/zh-CN.json'), en: () => import('./locales/later/en.json') },
  channels: { 'zh-CN': () => import('./locales/channels/zh-CN.json'), en: () => import('./locales/channels/en.json') },
  routing: { 'zh-CN': () => import('./locales/routing/zh-CN.json'), en: () => import('./locales/routing/en.json') },
  studio: { 'zh-CN': () => import('./locales/studio/zh-CN.json'), en: () => import('./locales/studio/en.json') },
  planning: { 'zh-CN': () => import('./locales/planning/zh-CN.json'), en: () => import('./locales/planning/en.json') },
  teaching: { 'zh-CN': () => import('./locales/teaching/zh-CN.json'), en: () => import('./locales/teaching/en.json') },
  drafts: { 'zh-CN': () => import('./locales/drafts/zh-CN.json'), en: () => import('./locales/drafts/en.json') },
  knowledge: { 'zh-CN': () => import('./locales/knowledge/zh-CN.json'), en: () => import('./locales/knowledge/en.json') },
  queues: { 'zh-CN': () => import('./locales/queues/zh-CN.json'), en: () => import('./locales/queues/en.json') },
} satisfies Record<string, Record<'zh-CN' | 'en', File>>
