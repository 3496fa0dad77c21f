// Icons that only the later parts show; they join the others when this file arrives.
import { paths } from '../icons'

Object.assign(paths, {
  clock: paths['sending'],
  check: paths['sent'],
  history: 'M4.5 12a7.5 7.5 0 1 0 2.4-5.5M4.5 3.5V8H9M12 8v4.3l3 1.7',
  file: 'M13.5 3.5H7.5A1.5 1.5 0 0 0 6 5v14a1.5 1.5 0 0 0 1.5 1.5h9A1.5 1.5 0 0 0 18 19V8l-4.5-4.5ZM13.5 3.5V8H18',
  download: 'M12 4.5V15M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14',
  pin: 'M12 21c4.5-4.6 6.8-8 6.8-10.8a6.8 6.8 0 0 0-13.6 0C5.2 13 7.5 16.4 12 21ZM12 12.5a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6Z',
  star: 'm12 3.8 2.5 5.2 5.7.8-4.1 4 1 5.7-5.1-2.7-5.1 2.7 1-5.7-4.1-4 5.7-.8L12 3.8Z',
})
