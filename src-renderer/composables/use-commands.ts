/** Offers commands in the palette while a component is on the screen. */
import { onScopeDispose } from 'vue';
import { useCommandList, type Command } from '../stores/commands.ts';

/** @param commands read again whenever what they are made of changes */
export function useCommands(commands: () => readonly Command[]): void {
  onScopeDispose(useCommandList().offer(commands));
}
