/** Every language that a program is shown in. To add one: a file beside this one and a line below. */
import type { SNIPPET_LANGUAGES } from '../../../src-shared/contract/exporting.ts';
import { javascriptSnippet } from './javascript.ts';
import { pythonSnippet } from './python.ts';
import type { Snippet, SnippetFacts } from './snippet.ts';

export type { Snippet, SnippetFacts } from './snippet.ts';

/** By language. */
export const SNIPPETS: Readonly<
  Record<(typeof SNIPPET_LANGUAGES)[number], (facts: SnippetFacts) => Snippet>
> = {
  python: pythonSnippet,
  javascript: javascriptSnippet,
};
