// The form of a channel made from the manifest of its kind: fields in groups, what they hold, what is wrong with them,
// and what is sent to the hub. Secrets are written and never read: an untouched one is left out. Pure.
import type { Setting, Settings, Words } from '@/api/channels'

/** What a field holds while it is edited; `list` and `object` are edited as text. */
export type FieldValue = string | boolean
export type FieldValues = Record<string, FieldValue>

export interface FieldGroup {
  key: string
  title: Words | null
  fields: Setting[]
}

/** Fields that stand together, in the order of the manifest: by their heading, else by the part before the dot. */
export function groupsOf(settings: readonly Setting[]): FieldGroup[] {
  const groups: FieldGroup[] = []
  for (const field of settings) {
    const key = field.group ? (field.group.en ?? '') : field.name.includes('.') ? field.name.split('.')[0]! : ''
    const last = groups.find((group) => group.key === key)
    if (last) last.fields.push(field)
    else groups.push({ key, title: field.group, fields: [field] })
  }
  return groups
}

function at(settings: Settings, name: string): unknown {
  let value: unknown = settings
  for (const part of name.split('.')) value = (value as Settings | null | undefined)?.[part]
  return value
}

function put(settings: Settings, name: string, value: unknown): void {
  const parts = name.split('.')
  let inner = settings
  for (const part of parts.slice(0, -1)) inner = (inner[part] ??= {}) as Settings
  inner[parts.at(-1)!] = value
}

function shown(field: Setting, value: unknown): FieldValue {
  switch (field.type) {
    case 'switch':
      return value === undefined || value === null ? field.default === 'true' : value === true || value === 'true'
    case 'secret':
      return ''
    case 'list':
      return Array.isArray(value) ? value.join('\n') : ''
    case 'object':
      return value && typeof value === 'object' && Object.keys(value).length ? JSON.stringify(value, null, 2) : ''
    default:
      return value === undefined || value === null ? field.default : String(value)
  }
}

export function valuesOf(fields: readonly Setting[], settings: Settings): FieldValues {
  return Object.fromEntries(fields.map((field) => [field.name, shown(field, at(settings, field.name))]))
}

function meant(field: Setting, value: FieldValue): unknown {
  if (typeof value === 'boolean') return value
  const text = value.trim()
  switch (field.type) {
    case 'number':
      return text === '' ? null : Number(text)
    case 'list':
      return text.split('\n').map((line) => line.trim()).filter(Boolean)
    case 'object':
      return text === '' ? {} : (JSON.parse(text) as unknown)
    case 'secret':
      return value === '' ? null : value
    default:
      return text === '' ? null : text
  }
}

/**
 * What is sent: of a new channel the fields that are not at their defaults, or of an existing one the fields that differ from what it was (`null`
 * takes a field back to its default). `cleared` names secrets that are to be forgotten.
 */
export function settingsToSend(
  fields: readonly Setting[],
  values: FieldValues,
  former: FieldValues | null,
  cleared: ReadonlySet<string> = new Set(),
): Settings {
  const settings: Settings = {}
  for (const field of fields) {
    const value = values[field.name] ?? ''
    if (field.type === 'secret') {
      if (value !== '') put(settings, field.name, value)
      else if (former && cleared.has(field.name)) put(settings, field.name, null)
    } else if (former ? value !== former[field.name] : !isEmptyMeaning(field, value) && (field.required || value !== shown(field, undefined))) {
      put(settings, field.name, meant(field, value))
    }
  }
  return settings
}

function isEmptyMeaning(field: Setting, value: FieldValue): boolean {
  const what = meant(field, value)
  return what === null || (Array.isArray(what) && what.length === 0)
}

export type Fault = 'required' | 'pattern' | 'number' | 'url' | 'json'

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(text)
  } catch {
    // A pattern that only the hub's language understands is checked there.
    return true
  }
}

function faultOf(field: Setting, value: FieldValue, isSet: boolean): Fault | null {
  if (typeof value === 'boolean') return null
  const text = field.type === 'secret' ? value : value.trim()
  if (text === '') return field.required && !isSet ? 'required' : null
  if (field.type === 'number' && !/^-?\d+(\.\d+)?$/.test(text)) return 'number'
  if (field.type === 'url' && !/^https?:\/\/[^\s/]+/i.test(text)) return 'url'
  if (field.type === 'object') {
    try {
      const found: unknown = JSON.parse(text)
      if (typeof found !== 'object' || found === null || Array.isArray(found)) return 'json'
    } catch {
      return 'json'
    }
  }
  return field.must_match && isOdd(field, value) ? 'pattern' : null
}

/** Not written as such a value usually is. Providers change, so that is only pointed out unless it `must_match`. */
export function isOdd(field: Setting, value: FieldValue): boolean {
  if (!field.pattern || typeof value === 'boolean' || !value.trim()) return false
  const text = field.type === 'secret' ? value : value.trim()
  const parts = field.type === 'list' ? text.split('\n').map((line) => line.trim()).filter(Boolean) : [text]
  return !parts.every((part) => matches(field.pattern, part))
}

/** What can be seen to be wrong before the hub is asked; `secretsSet` are those that it already has. */
export function faultsOf(fields: readonly Setting[], values: FieldValues, secretsSet: ReadonlySet<string>): Record<string, Fault> {
  const faults: Record<string, Fault> = {}
  for (const field of fields) {
    const fault = faultOf(field, values[field.name] ?? '', secretsSet.has(field.name))
    if (fault) faults[field.name] = fault
  }
  return faults
}

/** The hub's errors by field; those that belong to no field of the form come under the empty name. */
export function serverFaults(fields: readonly Setting[], errors: readonly { field: string; message: string }[]): Record<string, string> {
  const names = new Set(fields.map((field) => field.name))
  const faults: Record<string, string> = {}
  for (const { field, message } of errors) {
    const inner = field.replace(/^settings\.?/, '')
    // `settings.allowed_origins[1]` is a fault of the list.
    const known = [inner, inner.replace(/[.[].*$/, ''), inner.replace(/\[\d+\]$/, '')].find((name) => names.has(name))
    const key = field === 'name' || field.startsWith('routing') ? field : (known ?? '')
    faults[key] = faults[key] ? `${faults[key]} ${message}` : message
  }
  return faults
}
