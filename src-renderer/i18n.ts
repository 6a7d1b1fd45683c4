/** The page's languages at work. */
import { watchEffect } from 'vue';
import { createI18n } from 'vue-i18n';
import { messages } from './locales/index.ts';
import { usePreferences } from './stores/preferences.ts';

/** Makes the translations, in the user's language from now on. Pinia must be there already. */
export function createTranslations() {
  const preferences = usePreferences();
  const i18n = createI18n({ legacy: false, locale: preferences.language, fallbackLocale: 'en', messages });
  watchEffect(() => {
    i18n.global.locale.value = preferences.language;
  });
  return i18n;
}
