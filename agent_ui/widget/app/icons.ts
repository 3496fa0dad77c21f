// Our own line icons, 24 × 24, as paths to be stroked. Those of a message's states bear the names of the states.
export const paths: Record<string, string> = {
  close: 'm6 6 12 12M18 6 6 18',
  more: 'M12 5.5v.01M12 12v.01M12 18.5v.01',
  send: 'M12 19V5.5M6 11l6-6 6 6',
  attach: 'm20 11.5-8.3 8.3a5.3 5.3 0 0 1-7.5-7.5l8.5-8.5a3.5 3.5 0 0 1 5 5l-8.4 8.4a1.8 1.8 0 0 1-2.6-2.5l7.7-7.7',
  smile: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 14.2c.9 1.1 2.1 1.7 3.5 1.7s2.6-.6 3.5-1.7M9 9.6v.01M15 9.6v.01',
  bot: 'M12 4v3M7.5 7h9A3.5 3.5 0 0 1 20 10.5v5a3.5 3.5 0 0 1-3.5 3.5h-9A3.5 3.5 0 0 1 4 15.5v-5A3.5 3.5 0 0 1 7.5 7ZM9.2 12.2v1.4M14.8 12.2v1.4M12 4v.01',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.8 20c.9-3.3 3.7-5 7.2-5s6.3 1.7 7.2 5',
  sending: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V12l3 2',
  sent: 'm5 12.5 4.5 4.5L19 7.5',
  read: 'm2.5 12.5 4.5 4.5 8-9M12 16.5l.5.5L21.5 7.5',
  failed: 'M12 8v5M12 16.5v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z',
  down: 'M12 5.5V19M6 13l6 6 6-6',
  retry: 'M19.5 12a7.5 7.5 0 1 1-2.4-5.5M19.5 3.5V8H15',
}
