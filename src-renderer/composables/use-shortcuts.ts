/** Keys that do something while a component is on the screen. */
import { onBeforeUnmount, onMounted } from 'vue';

/** By the key: `Mod+K` (Ctrl, or ⌘ on a Mac), `Shift+ArrowLeft`, `E`, `1`, `?`. */
export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** Listens for keys. Plain ones are left to fields, menus and dialogs that have the focus. */
export function useShortcuts(shortcuts: () => Shortcuts): void {
  const listen = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const name = nameOf(event);
    const action = shortcuts()[name];
    if (action === undefined || (!name.includes('Mod') && isTaken(event.target))) return;
    event.preventDefault();
    action(event);
  };
  onMounted(() => window.addEventListener('keydown', listen));
  onBeforeUnmount(() => window.removeEventListener('keydown', listen));
}

function nameOf({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): string {
  const name = key.length === 1 ? key.toUpperCase() : key;
  // Shift is part of a sign like `?` already.
  const shift = shiftKey && (key.length > 1 || /[a-z]/i.test(key));
  return [
    ...(ctrlKey || metaKey ? ['Mod'] : []),
    ...(altKey ? ['Alt'] : []),
    ...(shift ? ['Shift'] : []),
    name,
  ].join('+');
}

function isTaken(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      'input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]',
    ) !== null &&
    target.closest('[data-shortcuts]') === null
  );
}
