/** Every text of the page. To add one: its line in `en/<part>.ts`, and the same in every other language. */
import en from './en/index.ts';
import zhCN from './zh-CN/index.ts';

/** All texts by language. A language that lacks one does not compile. */
export const messages = { en, 'zh-CN': zhCN };

/** The texts of a language. */
export type Messages = typeof en;
