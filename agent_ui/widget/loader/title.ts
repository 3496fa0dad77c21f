// Shows unread messages in the tab's title while nobody looks at the tab, and puts the page's own title back.

export class TitleBadge {
  private own: string | null = null

  constructor(private readonly page: Pick<Document, 'title' | 'hidden'>) {}

  /** Show the count when the tab is hidden; anything else restores what the page had. */
  show(count: number): void {
    // A page that changed its title meanwhile keeps its change: only our own prefix is taken away.
    const current = this.page.title.replace(/^\(\d+\+?\) /, '')
    if (count > 0 && this.page.hidden) {
      this.own = current
      this.page.title = `(${count > 99 ? '99+' : count}) ${current}`
    } else if (this.own !== null) {
      this.own = null
      this.page.title = current
    }
  }
}
