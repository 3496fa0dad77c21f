// The page of the channel simulator: on its own, with the console's colours, and as light or dark as the console is set.
import { createApp } from 'vue'
import App from './App.vue'
import './styles.css'

const system = window.matchMedia('(prefers-color-scheme: dark)')

function dress(): void {
  const chosen = localStorage.getItem('huike.theme') ?? 'auto'
  document.documentElement.dataset['theme'] = chosen === 'auto' ? (system.matches ? 'dark' : 'light') : chosen
}

dress()
system.addEventListener('change', dress)
window.addEventListener('storage', dress)
createApp(App).mount('#app')
