// The columns of the grid and the words for what stands in them.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Member } from '@/api/planning'
import { useLanguages } from '@/features/routing/languages'
import type { Column } from '@/model/planningSkills'
import { useMatrix } from './matrix'

export function useColumns() {
  const { t, locale } = useI18n()
  const matrix = useMatrix()
  const { languageName } = useLanguages()

  const columns = computed<Column[]>(() => [...matrix.skills.map((skill): Column => ({ kind: 'skill', name: skill.name })), { kind: 'languages' }, { kind: 'capacity' }])

  function titleOf(column: Column): string {
    if (column.kind !== 'skill') return t(`planning.skills.${column.kind}`)
    const label = matrix.skills.find((one) => one.name === column.name)?.label
    return (locale.value.startsWith('zh') ? label?.zh : label?.en) || column.name
  }
  function textOf(member: Member, column: Column): string {
    if (column.kind === 'skill') return member.skills[column.name] ? String(member.skills[column.name]) : ''
    return column.kind === 'capacity' ? String(member.capacity) : member.languages.map(languageName).join(' · ')
  }
  /** What is read aloud of a cell. */
  function saidOf(member: Member, column: Column): string {
    const name = titleOf(column)
    if (column.kind === 'languages') return `${member.name}, ${name}: ${member.languages.map(languageName).join(', ')}`
    const value = textOf(member, column)
    return `${member.name}, ${name}: ${column.kind === 'skill' ? (value ? t('planning.skills.level', { n: value }) : t('planning.skills.none')) : value}`
  }
  return { columns, titleOf, textOf, saidOf }
}
