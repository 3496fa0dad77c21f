// A choice of this browser, kept in localStorage and never sent anywhere.
import { ref, watch, type Ref } from 'vue'

export function usePreference<T extends string | boolean>(key: string, start: T): Ref<T> {
  const raw = localStorage.getItem(key)
  const kept = typeof start === 'boolean' ? (raw === null ? start : raw === 'true') : (raw ?? start)
  const value = ref(kept) as Ref<T>
  watch(value, (now) => localStorage.setItem(key, String(now)))
  return value
}
