// Calls and shapes of planning: opening hours, who can do what, a recorded day under other settings, how many agents.
import { http, query } from './http'
import { all, type Hours } from './routingAdmin'
import type { components } from './types.gen'
import type { Agent, Id, Page } from './types'

type Schemas = components['schemas']

export type OpenHours = Schemas['OpenHours']
export type SpecialDay = Schemas['SpecialDay']
export type HoursDraft = Pick<Hours, 'name' | 'zone' | 'hours' | 'closed_action'>
export type HoursChange = Partial<HoursDraft & Pick<Hours, 'special_days' | 'holidays'>>
export type ClosedAction = Hours['closed_action']
export type CalendarDate = Schemas['CalendarDate']
export type HolidayCalendar = Schemas['HolidayCalendar']
export type HolidayChoice = { calendar: Id } | { calendar_data: unknown }
export type Skill = Schemas['Skill']
/** A member of staff as the grid shows one. */
export type Member = Agent & { disabled: boolean }
export type MemberChange = Partial<Pick<Member, 'skills' | 'languages' | 'capacity'>>

export type RecordedDay = Schemas['RecordedDay']
export type Waits = Schemas['Waits']
export type WhatIfResult = Schemas['WhatIfResult']
export type SettingsChange = Schemas['RoutingSettingsPatch']
export type QueueChange = Schemas['QueuePatch']
export type AddedAgents = Schemas['AddedAgents']
export type RelaxStep = Schemas['RelaxStep']
export type ChangedAgent = Partial<Schemas['ChangedAgent']>
export interface Wish {
  day: string
  within_s?: number
  settings: SettingsChange
  queues: Record<Id, QueueChange>
  hours: Record<Id, HoursChange>
  relax: Record<Id, RelaxStep[]>
  agents: { add: AddedAgents[]; remove: Id[]; change: Record<Id, ChangedAgent> }
}
export type StaffingTask = Schemas['StaffingTask']
export type StaffingResult = Schemas['StaffingResult']
export type Job = Schemas['LongJobView']

const path = (...parts: string[]) => '/' + parts.map(encodeURIComponent).join('/')

export const hoursApi = {
  list: () => all<Hours>('/business-hours'),
  create: (draft: HoursDraft) => http.post<Hours>('/business-hours', draft),
  change: (id: Id, change: HoursChange) => http.patch<Hours>(path('business-hours', id), change),
  remove: (id: Id) => http.remove(path('business-hours', id)),
  calendar: async (id: Id, from: string, days: number) => (await http.get<Page<CalendarDate>>(path('business-hours', id, 'calendar') + query({ from, days }))).items,
  calendars: () => all<HolidayCalendar>('/holiday-calendars'),
  holidays: (id: Id, choice: HolidayChoice, language: 'zh' | 'en') => http.post<Hours>(path('business-hours', id, 'holidays'), { ...choice, language }),
}

export const skillApi = {
  list: () => all<Skill>('/skills'),
  create: (name: string, label: Record<string, string>) => http.post<Skill>('/skills', { name, label }),
  members: () => all<Member>('/agents'),
  change: (id: Id, change: MemberChange) => http.patch<Member>(path('agents', id), change),
}

export const tryApi = {
  days: () => all<RecordedDay>('/routing/days'),
  whatIf: (wish: Wish) => http.post<{ job_id: Id }>('/routing/what-if', wish),
  staffing: (task: Partial<StaffingTask>) => http.post<{ job_id: Id }>('/routing/staffing', task),
  job: (id: Id) => http.get<Job>(path('jobs', id)),
  cancel: (id: Id) => http.remove(path('jobs', id)),
}
