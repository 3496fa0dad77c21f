// The public help page: on its own, in the console's colours, as light or dark as the reader's system.
import { createApp } from 'vue'
import App from './App.vue'
import './styles.css'

const system = window.matchMedia('(prefers-color-scheme: dark)')

function dress(): void {
  document.documentElement.dataset['theme'] = system.matches ? 'dark' : 'light'
}

dress()
system.addEventListener('change', dress)
createApp(App).mount('#app')
