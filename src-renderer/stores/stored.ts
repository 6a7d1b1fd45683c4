/** A value that the browser keeps for this page's next visit. */
import { ref, watch, type Ref } from 'vue';

/** A ref that begins with what was kept under the key, and keeps every change. The value must survive JSON. */
export function stored<Value>(key: string, initial: Value): Ref<Value> {
  const name = `vitrine.${key}`;
  const value = ref(read(name, initial)) as Ref<Value>;
  watch(value, (now) => write(name, now), { deep: true });
  return value;
}

function read<Value>(name: string, initial: Value): Value {
  try {
    const kept = localStorage.getItem(name);
    return kept === null ? initial : (JSON.parse(kept) as Value);
  } catch {
    return initial;
  }
}

function write(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing: the next visit begins anew.
  }
}
