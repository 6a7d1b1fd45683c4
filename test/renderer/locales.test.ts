import { describe, expect, test } from 'vitest';
import { messages } from '../../src-renderer/locales/index.ts';

interface Texts {
  readonly [key: string]: string | Texts;
}

function flatten(texts: Texts, prefix = ''): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[prefix + key, value] as [string, string]]
      : flatten(value, `${prefix}${key}.`),
  );
}

const ALL = Object.entries(messages).map(([language, texts]) => ({ language, texts: flatten(texts) }));
const ENGLISH = new Map(ALL.find(({ language }) => language === 'en')!.texts);

/** The names between braces: what a text is given. */
function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!))].sort();
}

describe.each(ALL)('texts in $language', ({ texts }) => {
  test('every text is there, and none besides', () => {
    expect(texts.map(([key]) => key).sort()).toEqual([...ENGLISH.keys()].sort());
  });

  test('no text is empty', () => {
    expect(texts.filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  test('each takes the same values as the English one', () => {
    for (const [key, text] of texts) {
      expect({ key, takes: placeholders(text) }).toEqual({ key, takes: placeholders(ENGLISH.get(key)!) });
    }
  });
});
