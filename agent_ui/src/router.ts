// Addresses of the console. A session has its own, so that it can be shared and the browser's Back works.
import { createRouter, createWebHistory } from 'vue-router'
import { withWords } from './i18n'
import { useAuth } from './stores/auth'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/login', name: 'login', component: withWords('login', () => import('./views/LoginView.vue')) },
    {
      path: '/',
      component: () => import('./views/ConsoleView.vue'),
      children: [
        { path: '', name: 'console', component: { render: () => null } },
        { path: 'sessions/:id', name: 'session', component: { render: () => null } },
        // A page stands in the place of list and thread; the connection and its offers stay. `/channels` itself belongs
        // to the providers' webhooks.
        { path: 'admin/channels/:id?/:part?', name: 'channels', component: withWords('channels', () => import('./views/ChannelsView.vue')), meta: { page: true } },
        { path: 'queues/:view(alarms)?', name: 'queues', component: withWords('queues', () => import('./views/QueuesView.vue')), meta: { page: true } },
        { path: 'admin/routing/:tab?', name: 'routing', component: withWords('routing', () => import('./views/RoutingView.vue')), meta: { page: true } },
        { path: 'admin/bots/:id?/:tab?', name: 'studio', component: withWords('studio', () => import('./views/StudioView.vue')), meta: { page: true } },
        { path: 'admin/model-server', name: 'model-server', component: withWords('drafts', () => import('./views/ModelServerView.vue')), meta: { page: true } },
        { path: 'admin/knowledge/:id?', name: 'knowledge', component: withWords('knowledge', () => import('./views/KnowledgeView.vue')), meta: { page: true } },
        { path: 'channels', redirect: { name: 'channels' } },
      ],
    },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})

router.beforeEach((to) => {
  const auth = useAuth()
  if (!auth.signedIn && to.name !== 'login') return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
  if (auth.signedIn && to.name === 'login') return { name: 'console' }
  // Who only trains has no sessions: the studio is the first page.
  if (auth.signedIn && !auth.serves && (to.name === 'console' || to.name === 'session')) return { name: 'studio' }
  return true
})
