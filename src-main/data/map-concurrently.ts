/** Runs `work` on a few items at once and yields the results in the items' order. */
export async function* mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const running: Promise<R>[] = [];
  let next = 0;
  try {
    while (next < items.length || running.length > 0) {
      while (next < items.length && running.length < limit) {
        const result = work(items[next++]!);
        // It is awaited below; until then a failure must not count as unhandled.
        result.catch(() => undefined);
        running.push(result);
      }
      yield await running.shift()!;
    }
  } finally {
    await Promise.allSettled(running);
  }
}
