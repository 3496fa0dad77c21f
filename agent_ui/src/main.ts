// Starts the console: language first, so that the first paint has its words.
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n, startLocale } from './i18n'
import { router } from './router'
import './styles/main.css'

await startLocale()
createApp(App).use(createPinia()).use(i18n).use(router).mount('#app')
