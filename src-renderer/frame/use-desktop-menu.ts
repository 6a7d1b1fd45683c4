import { onScopeDispose, watchEffect } from 'vue';
import { useRouter } from 'vue-router';
import { fileName } from '../composables/file-name.ts';
import { desktop } from '../client/index.ts';
import { useImports } from '../stores/imports.ts';
import { usePreferences } from '../stores/preferences.ts';

/** Does what the desktop's menus ask for, and tells them the page's language. Does nothing in a browser. */
export function useDesktopMenu(showPalette: () => void): void {
  if (desktop === undefined) return;
  const router = useRouter();
  const imports = useImports();
  const preferences = usePreferences();

  async function importPaths(paths: readonly string[]): Promise<void> {
    await router.push({ name: 'library' });
    imports.ask(paths, fileName(paths[0] ?? ''));
  }

  const stop = desktop.onMenu((asked) => {
    if (asked.command === 'palette') showPalette();
    else void importPaths(asked.paths);
  });
  onScopeDispose(stop);
  watchEffect(() => void desktop?.setLanguage(preferences.language));
}
