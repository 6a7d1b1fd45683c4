/** Language and appearance, kept by the browser. */
import { defineStore } from 'pinia';
import { computed, watchEffect } from 'vue';
import { stored } from './stored.ts';

/** The page's languages, and what each calls itself. */
export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文' } as const;

/** One of {@link LANGUAGES}. */
export type Language = keyof typeof LANGUAGES;

/** Appearances. */
export const THEMES = ['system', 'light', 'dark'] as const;

export const usePreferences = defineStore('preferences', () => {
  const chosenLanguage = stored<Language | null>('language', null);
  const theme = stored<(typeof THEMES)[number]>('theme', 'system');
  const language = computed({
    get: (): Language => chosenLanguage.value ?? languageOf(navigator.languages),
    set: (value: Language) => (chosenLanguage.value = value),
  });

  watchEffect(() => {
    document.documentElement.lang = language.value;
    if (theme.value === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme.value;
  });

  return { language, theme };
});

function languageOf(wanted: readonly string[]): Language {
  const first = wanted.find((name) => /^(en|zh)\b/i.test(name));
  return first !== undefined && /^zh/i.test(first) ? 'zh-CN' : 'en';
}
