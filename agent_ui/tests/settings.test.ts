import { describe, expect, it } from 'vitest'
import type { Setting } from '@/api/channels'
import { faultsOf, groupsOf, isOdd, serverFaults, settingsToSend, valuesOf } from '@/model/settings'

const both = (text: string) => ({ en: text, 'zh-CN': text })
function field(name: string, type: Setting['type'] = 'text', fields: Partial<Setting> = {}): Setting {
  return { name, type, label: both(name), help: both(''), required: false, group: null, pattern: '', must_match: false, choices: [], choice_labels: [], default: '', ...fields }
}
const FIELDS = [
  field('address', 'text', { required: true, pattern: '[^@]+@[^@]+', must_match: true }),
  field('imap.host', 'text', { group: both('Incoming') }),
  field('imap.port', 'number', { group: both('Incoming'), default: '993' }),
  field('imap.password', 'secret', { group: both('Incoming'), required: true }),
  field('origins', 'list', { pattern: 'https://.+', must_match: true }),
  field('theme', 'object'),
  field('idle', 'switch', { default: 'true' }),
]
const KEPT = { address: 'a@b', imap: { host: 'mail.b', port: 143 }, origins: ['https://x', 'https://y'], idle: false }

describe('the form of a channel', () => {
  it('puts fields together under their headings, in the order of the manifest', () => {
    expect(groupsOf(FIELDS).map((group) => [group.key, group.fields.length])).toEqual([['', 4], ['Incoming', 3]])
    expect(groupsOf([field('smtp.host')]).map((group) => group.key)).toEqual(['smtp'])
  })

  it('shows what is set, the defaults of what is not, and never a secret', () => {
    expect(valuesOf(FIELDS, { ...KEPT, imap: { ...KEPT.imap, password: 'never' } })).toEqual({
      address: 'a@b', 'imap.host': 'mail.b', 'imap.port': '143', 'imap.password': '', origins: 'https://x\nhttps://y', theme: '', idle: false,
    })
    expect(valuesOf(FIELDS, {})).toMatchObject({ 'imap.port': '993', idle: true, address: '' })
  })

  it('sends of a new channel what differs from the defaults, in groups', () => {
    const values = { ...valuesOf(FIELDS, {}), address: ' a@b ', 'imap.host': 'h', 'imap.password': ' p ', origins: 'https://x\n\n', theme: '{"c": 1}', idle: false }
    expect(settingsToSend(FIELDS, values, null)).toEqual({ address: 'a@b', imap: { host: 'h', password: ' p ' }, origins: ['https://x'], theme: { c: 1 }, idle: false })
  })

  it('sends only what changed of an old one; emptied fields go back to their default, secrets stay', () => {
    const former = valuesOf(FIELDS, KEPT)
    expect(settingsToSend(FIELDS, { ...former }, former)).toEqual({})
    expect(settingsToSend(FIELDS, { ...former, 'imap.host': '', origins: '' }, former)).toEqual({ imap: { host: null }, origins: [] })
    expect(settingsToSend(FIELDS, former, former, new Set(['imap.password']))).toEqual({ imap: { password: null } })
    expect(settingsToSend(FIELDS, { ...former, 'imap.password': 'new' }, former, new Set(['imap.password']))).toEqual({ imap: { password: 'new' } })
  })

  it('finds what is missing or written wrongly before the hub does', () => {
    const values = { ...valuesOf(FIELDS, {}), address: 'nobody', 'imap.port': '99x', origins: 'https://x\nftp://y', theme: '[1]' }
    expect(faultsOf(FIELDS, values, new Set())).toEqual({ address: 'pattern', 'imap.port': 'number', 'imap.password': 'required', origins: 'pattern', theme: 'json' })
    expect(faultsOf(FIELDS, { ...values, address: '' }, new Set(['imap.password']))).toMatchObject({ address: 'required' })
    expect(faultsOf(FIELDS, values, new Set(['imap.password']))).not.toHaveProperty('imap.password')
  })

  it('points out what only looks odd, and lets it pass', () => {
    const loose = field('app_id', 'text', { pattern: 'wx[0-9a-f]{16}' })
    expect(isOdd(loose, 'gh_1')).toBe(true)
    expect(isOdd(loose, 'wx0123456789abcdef')).toBe(false)
    expect(isOdd(loose, '')).toBe(false)
    expect(faultsOf([loose], { app_id: 'gh_1' }, new Set())).toEqual({})
  })

  it('leaves a pattern that only the hub understands to the hub', () => {
    expect(faultsOf([field('x', 'text', { pattern: '(?P<a>b)', must_match: true })], { x: 'c' }, new Set())).toEqual({})
  })

  it('puts the hub’s objections at their fields, and the rest where it is seen', () => {
    const errors = [
      { field: 'settings.imap.host', message: 'no such host' },
      { field: 'settings.origins[1]', message: 'no address' },
      { field: 'routing.bot_id', message: 'no bot' },
      { field: 'settings.other', message: 'unknown' },
      { field: 'settings', message: 'hm' },
    ]
    expect(serverFaults(FIELDS, errors)).toEqual({ 'imap.host': 'no such host', origins: 'no address', 'routing.bot_id': 'no bot', '': 'unknown hm' })
  })
})
