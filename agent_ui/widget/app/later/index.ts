// What `later.ts` fetches as one file. Nothing that the first look at the chat needs may be in here.
import './icons'
import styles from './later.css?inline'

export { accept } from '../../model/files'
export { default as Attachments } from './Attachments.vue'
export { chime } from './chime'
export { default as ClosedStrip } from './ClosedStrip.vue'
export { default as DropZone } from './DropZone.vue'
export { default as EarlierButton } from './EarlierButton.vue'
export { default as EmojiPicker } from './EmojiPicker.vue'
export { default as HeaderMenu } from './HeaderMenu.vue'
export { createPast } from './past'
export { default as QueueStrip } from './QueueStrip.vue'
export { default as RatingCard } from './RatingCard.vue'
export { createUploads } from './uploads'
export { default as UploadTray } from './UploadTray.vue'

// Styles in the script spare a request, and no part can show up before its styles.
const sheet = new CSSStyleSheet()
sheet.replaceSync(styles)
document.adoptedStyleSheets.push(sheet)
