/** The page's texts, as a person reads them in one of its languages. */
import { createI18n } from 'vue-i18n';
import { messages } from '../../src-renderer/locales/index.ts';

/** A language of the page. */
export type Language = keyof typeof messages;

/** A text by its key; the count chooses the plural. */
export type Texts = (key: string, values?: Readonly<Record<string, unknown>>, count?: number) => string;

/** The texts of a language. */
export function textsOf(language: Language): Texts {
  const { t } = createI18n({ legacy: false, locale: language, messages }).global;
  return (key, values = {}, count = 2) => t(key, values, count);
}
