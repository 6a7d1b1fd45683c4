/** Reads something from the lab, and again whenever what it depends on changes. */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { toLabError } from '../../src-shared/contract/errors.ts';
import type { LabError } from '../../src-shared/errors.ts';

/** What is known of the answer. The last answer stays while the next is read, so that nothing jumps. */
export interface Query<Value> {
  readonly data: ShallowRef<Value | undefined>;
  readonly error: ShallowRef<LabError | undefined>;
  readonly loading: Ref<boolean>;
  readonly reload: () => Promise<void>;
}

/**
 * @param dependencies what the reading depends on, revisions of `useConnection` included; undefined while there is
 * nothing to read
 * @param load reads; an answer that a newer one has overtaken is dropped
 */
export function useQuery<Dependencies, Value>(
  dependencies: () => Dependencies | undefined,
  load: (dependencies: Dependencies) => Promise<Value>,
): Query<Value> {
  const data = shallowRef<Value>();
  const error = shallowRef<LabError>();
  const loading = ref(false);
  let turn = 0;

  async function reload(): Promise<void> {
    const now = dependencies();
    const mine = ++turn;
    if (now === undefined) {
      data.value = undefined;
      error.value = undefined;
      loading.value = false;
      return;
    }
    loading.value = true;
    try {
      const value = await load(now);
      if (mine !== turn) return;
      data.value = value;
      error.value = undefined;
    } catch (thrown) {
      if (mine !== turn) return;
      error.value = toLabError(thrown);
    }
    loading.value = false;
  }

  watch(dependencies, () => void reload(), { immediate: true, deep: true });
  onScopeDispose(() => turn++);
  return { data, error, loading, reload };
}
