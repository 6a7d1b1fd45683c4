/** The panel's keys, and the same for the palette. */
import { useI18n } from 'vue-i18n';
import { useCommands } from '../../composables/use-commands.ts';
import { useShortcuts } from '../../composables/use-shortcuts.ts';
import type { Labelling } from './use-labelling.ts';
import type { Queue } from './use-queue.ts';

/** What keys act on. */
export interface LabelKeys {
  readonly queue: Queue;
  readonly labelling: Labelling;
  /** The key of each class. */
  readonly keys: () => ReadonlyMap<string, string>;
  /** Goes to the field that finds a class. */
  readonly find: () => void;
  readonly open: (dialog: 'classes' | 'bulk' | 'keys') => void;
}

export function useLabelKeys({ queue, labelling, keys, find, open }: LabelKeys): void {
  const { t } = useI18n();
  const accept = (): void => {
    const suggested = queue.current.value?.prediction?.className;
    if (suggested !== undefined) void labelling.label(suggested);
  };
  const hasImage = (): boolean => queue.current.value !== undefined;
  // A key that is held down must not label image after image.
  const onImage =
    (action: () => unknown) =>
    (event: KeyboardEvent): void => {
      if (hasImage() && !event.repeat) action();
    };

  useShortcuts(() => ({
    ...Object.fromEntries([...keys()].map(([name, key]) => [key, onImage(() => labelling.label(name))])),
    ...{ A: onImage(accept), F: onImage(labelling.flag), X: onImage(labelling.exclude) },
    ...{ Backspace: onImage(() => labelling.label(null)), Delete: onImage(() => labelling.label(null)) },
    ...{ S: queue.advance, ArrowRight: () => queue.go(queue.at.value + 1) },
    ArrowLeft: () => queue.go(queue.at.value - 1),
    'Shift+ArrowRight': () => queue.extend(queue.at.value + 1),
    'Shift+ArrowLeft': () => queue.extend(queue.at.value - 1),
    ...{ Home: () => queue.go(0), End: () => queue.go(queue.ids.value.length - 1) },
    ...{ N: find, '/': find, '?': () => open('keys') },
    ...{ 'Mod+Z': labelling.undo, 'Mod+Shift+Z': labelling.redo, 'Mod+Y': labelling.redo },
  }));

  useCommands(() => {
    const group = t('panel.label');
    const command = (id: string, title: string, run: () => unknown, shortcut?: string) => ({
      ...{ id: `label.${id}`, title, group, run },
      ...(shortcut !== undefined && { shortcut }),
    });
    return [
      ...(hasImage()
        ? [
            ...[...keys()].map(([name, key]) =>
              command(`as.${name}`, t('label.bulk.label', { name }), () => labelling.label(name), key),
            ),
            command('flag', t('label.flag'), labelling.flag, 'F'),
            command('exclude', t('label.exclude'), labelling.exclude, 'X'),
            command('skip', t('label.skip'), queue.advance, 'S'),
          ]
        : []),
      command('undo', t('common.undo'), labelling.undo, 'Ctrl+Z'),
      command('redo', t('common.redo'), labelling.redo, 'Ctrl+Shift+Z'),
      command('classes', t('label.manage'), () => open('classes')),
      command('bulk', t('label.bulk.title'), () => open('bulk')),
      command('keys', t('label.keys.title'), () => open('keys'), '?'),
    ];
  });
}
