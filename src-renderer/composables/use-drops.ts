/** Takes what is dropped on the page while a component is on the screen. */
import { onScopeDispose } from 'vue';
import { useDrops, type DropTaker } from '../stores/drops.ts';

/** @param taker see {@link DropTaker} */
export function useDropTaker(taker: DropTaker): void {
  onScopeDispose(useDrops().takeDrops(taker));
}
