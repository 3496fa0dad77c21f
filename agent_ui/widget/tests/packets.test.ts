// The wire: what Socket.IO servers write, and what must never hurt us.
import { describe, expect, it } from 'vitest'
import { connectPacket, eventPacket, leavePacket, pongPacket, readPacket } from '../model/packets'

const read = (text: string): unknown => readPacket(text, '/visitor')

describe('packets', () => {
  it('are written as the protocol says', () => {
    expect(connectPacket('/visitor', { since: 3 })).toBe('40/visitor,{"since":3}')
    expect(eventPacket('/visitor', 'read', { seq: 1 }, 7)).toBe('42/visitor,7["read",{"seq":1}]')
    expect(leavePacket('/visitor')).toBe('41/visitor,')
    expect(pongPacket('x')).toBe('3x')
  })

  it('are read as the protocol says', () => {
    expect(read('0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}')).toEqual({ type: 'open', sid: 'a', silenceMs: 45000 })
    expect(read('1')).toEqual({ type: 'close' })
    expect(read('2')).toEqual({ type: 'ping', data: '' })
    expect(read('40/visitor,{"sid":"b"}')).toEqual({ type: 'connected' })
    expect(read('41/visitor,')).toEqual({ type: 'disconnected' })
    expect(read('42/visitor,["message",{"seq":1,"content":{"text":"一\\n二"}}]')).toEqual({ type: 'event', name: 'message', body: { seq: 1, content: { text: '一\n二' } } })
    expect(read('42/visitor,12["welcome",{}]')).toEqual({ type: 'event', name: 'welcome', body: {} })
    expect(read('43/visitor,12[{"ok":true}]')).toEqual({ type: 'ack', id: 12, body: { ok: true } })
    expect(read('44/visitor,{"message":"no","data":{"type":"unauthorized"}}')).toEqual({ type: 'refused', body: { message: 'no', data: { type: 'unauthorized' } } })
    expect(read('41/visitor,{"message":"no"}')).toEqual({ type: 'refused', body: { message: 'no' } })
    expect(read('44/visitor,"no"')).toEqual({ type: 'refused', body: { message: 'no' } })
  })

  it('that are broken, binary or of another namespace are let pass', () => {
    const strange = ['', '0', '0{', '0{"sid":1}', '4', '42', '42["message",{}]', '42/agent,["event",{}]', '42/visitor,', '42/visitor,{', '42/visitor,{}', '42/visitor,[1]', '43/visitor,[{}]', '451-/visitor,["x",{"_placeholder":true,"num":0}]', 'bAAAA', '6', '9x']
    for (const text of strange) expect([text, read(text)]).toEqual([text, { type: 'other' }])
  })
})
