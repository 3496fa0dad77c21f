// What the hub says of the pretend world; made by simulator/screens.py and simulator/acts.py.
export interface Person {
  id: string
  name: string
  openid: string
  number: string
  address: string
}

export interface Bubble {
  who: 'me' | 'account' | 'notice'
  kind: string
  text: string
  at: string
  picture: string
  url: string
  options: { id: string; text: string }[]
  status: string
}

export interface WechatScreen {
  channel_id: string
  name: string
  follows: boolean
  typing: boolean
  left: number | null
  ends_at: string | null
  shown: Bubble[]
}

export interface SmsScreen {
  channel_id: string
  name: string
  number: string
  shown: Bubble[]
}

export interface Letter {
  uid: number
  mine: boolean
  subject: string
  name: string
  address: string
  at: string
  text: string
  files: { name: string; mime: string; size: number }[]
}

export interface MailAddress {
  channel_id: string
  name: string
  address: string
}

export interface State {
  version: string
  people: Person[]
  person: Person | null
  wechat: WechatScreen[]
  sms: SmsScreen[]
  mail: MailAddress[]
  letters: Letter[]
}

export interface Outcome {
  ok: boolean
  status: number
}

export interface Enclosed {
  name: string
  mime: string
  data: string
}
