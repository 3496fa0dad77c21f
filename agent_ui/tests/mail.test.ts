import { describe, expect, it } from 'vitest'
import type { Attachment } from '@/api/types'
import { foldQuotes, frameDocument, frameHeight, mailFiles, peopleText, remotePictures } from '@/model/mail'

const file = (id: string, fields: Partial<Attachment> = {}): Attachment => ({ id, name: id, mime: 'image/png', size: 1, url: `/api/v1/attachments/${id}?expires=1&signature=s`, inline: false, content_id: '', ...fields }) as Attachment
const REMOTE = '<p>a</p><img data-remote-src="https://spy.example/p.gif?a=1&amp;b=2" alt="x > y"><img alt="data-remote-src="><img src="cid:logo@x" width="10">'

describe('the text of a mail', () => {
  it('folds all that follows what was written', () => {
    const full = '好的，谢谢！\n\n------------------ 原始邮件 ------------------\n发件人: 客服\n您好'
    expect(foldQuotes(full, '好的，谢谢！')).toEqual([
      { quoted: false, text: '好的，谢谢！' },
      { quoted: true, text: '------------------ 原始邮件 ------------------\n发件人: 客服\n您好' },
    ])
  })

  it('keeps answers between the lines of a quote in their places', () => {
    const full = 'On Monday Ann wrote:\n> one\n>\n> two\n\nfirst answer\n\n> three\nsecond answer'
    expect(foldQuotes(full, 'first answer\nsecond answer').map((part) => [part.quoted, part.text])).toEqual([
      [true, 'On Monday Ann wrote:\n> one\n>\n> two'], [false, 'first answer'], [true, '> three'], [false, 'second answer'],
    ])
  })

  it('loses nothing', () => {
    const full = 'a\n> b\n\nc:\n\n> d\n'
    expect(foldQuotes(full, '').map((part) => part.text).join('\n').replace(/\n+/g, '\n')).toBe(full.replace(/\n+/g, '\n').trim())
  })

  it('names people by name and address', () => {
    expect(peopleText([{ name: '陈思远', address: 'c@x.cn' }, { name: '', address: 'd@x.cn' }])).toBe('陈思远 <c@x.cn>, d@x.cn')
    expect(peopleText(undefined)).toBe('')
  })
})

describe('the HTML of a mail', () => {
  it('stands in a document that can do nothing and fetches nothing from elsewhere', () => {
    const page = frameDocument(REMOTE, 'https://hub.example', false)
    expect(page).toContain("default-src 'none'")
    expect(page).toContain('img-src https://hub.example data:;')
    expect(page).not.toContain(' src="https://spy.example')
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<p>a</p>'))
  })

  it('shows pictures on other servers only when asked, each where it was', () => {
    expect(remotePictures(REMOTE)).toBe(1)
    const page = frameDocument(REMOTE, 'https://hub.example', true)
    expect(page).toContain('<img src="https://spy.example/p.gif?a=1&amp;b=2" alt="x > y">')
    expect(page).toContain('data: https: http:;')
    expect(page).toContain('<img alt="data-remote-src=">')
  })

  it('shows the mail’s own pictures from its files, and from nowhere else', () => {
    const page = frameDocument(REMOTE, 'https://hub.example', false, [file('f1', { content_id: 'logo@x' }), file('f2', { content_id: 'other', url: 'https://elsewhere' })])
    expect(page).toContain('src="https://hub.example/api/v1/attachments/f1?expires=1&amp;signature=s"')
    expect(frameDocument('<img src="cid:other" alt="o">', 'https://hub.example', false, [file('f2', { content_id: 'other', url: 'https://elsewhere' })])).toContain('<img alt="o">')
  })

  it('begins with a height that fits its text, within bounds', () => {
    expect(frameHeight('short', '')).toBeLessThan(frameHeight('line\n'.repeat(10), ''))
    expect(frameHeight('', '<img height="200">')).toBeGreaterThan(frameHeight('', '<img>'))
    expect(frameHeight('line\n'.repeat(999), '')).toBe(420)
  })

  it('lists each file once: not what the HTML shows in its place', () => {
    const files = [file('a', { inline: true, content_id: 'logo@x' }), file('b')]
    expect(mailFiles(files, REMOTE, true).map((one) => one.id)).toEqual(['b'])
    expect(mailFiles(files, REMOTE, false).map((one) => one.id)).toEqual(['a', 'b'])
  })
})
