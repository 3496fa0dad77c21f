import { describe, expect, it } from 'vitest'
import type { Article } from '@/api/knowledge'
import { categoriesOf, changesOf, draftOf, filtered, linesOf, suggestionQuery } from '@/model/knowledge'

const article = (fields: Partial<Article>): Article => ({
  id: 'a',
  version: 1,
  language: 'zh',
  title: '水壶怎么除垢',
  questions: ['白色水垢'],
  body: '用柠檬酸',
  category: '保养',
  state: 'published',
  public: true,
  tags: [],
  created_at: '2026-01-01T00:00:00.000Z',
  created_by: 't',
  created_by_name: 'T',
  updated_at: '2026-01-01T00:00:00.000Z',
  updated_by: 't',
  updated_by_name: 'T',
  helpful: 0,
  unhelpful: 0,
  comments: [],
  ...fields,
})

describe('articles', () => {
  const all = [article({ id: '1' }), article({ id: '2', state: 'draft', title: 'Ｆilter' }), article({ id: '3', language: 'en', title: 'Gift card', category: 'Gifts' })]
  const ids = (text: string, state: '' | 'draft' = '', language: '' | 'en' = '') => filtered(all, { text, state, language }).map((one) => one.id)

  it('are found by every word typed, wherever it stands and however wide it is', () => {
    expect(ids('柠檬酸')).toEqual(['1', '2', '3'])
    expect(ids('filter 水垢')).toEqual(['2'])
    expect(ids('gift', '', 'en')).toEqual(['3'])
    expect(ids('', 'draft')).toEqual(['2'])
    expect(ids('nothing')).toEqual([])
  })

  it('name the categories of their language', () => {
    expect(categoriesOf(all, 'zh')).toEqual(['保养'])
    expect(categoriesOf(all, 'en')).toEqual(['Gifts'])
  })

  it('begin with the question that nobody answered, in its language', () => {
    expect(draftOf(null, 'how to pump', 'zh')).toMatchObject({ language: 'en', title: 'how to pump', state: 'draft' })
    expect(draftOf(null, '', 'zh').language).toBe('zh')
  })

  it('send only what was changed', () => {
    const before = draftOf(all[0]!, '', 'zh')
    expect(changesOf(before, { ...before, questions: [...before.questions] })).toEqual({})
    expect(changesOf(before, { ...before, questions: [], public: false })).toEqual({ questions: [], public: false })
    expect(linesOf(' a \n\n b\na')).toEqual(['a', 'b'])
  })
})

describe('suggestions', () => {
  it('follow what is typed once it says something, else what the customer asked', () => {
    expect(suggestionQuery('', ' 怎么除垢 ')).toBe('怎么除垢')
    expect(suggestionQuery('您好', '怎么除垢')).toBe('怎么除垢')
    expect(suggestionQuery('柠檬酸除垢', '怎么除垢')).toBe('柠檬酸除垢')
    expect(suggestionQuery('/hello', 'x')).toBe('x')
  })
})
