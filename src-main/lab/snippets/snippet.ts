/** What a program needs to know to ask an exported model. */
import type { PixelPipeline } from '../../data/pipeline.ts';

/** See the file. */
export interface SnippetFacts {
  /** The model's file name. */
  readonly model: string;
  /** In the order of the logits. */
  readonly classes: readonly string[];
  readonly input: 'image' | 'tensor';
  readonly pipeline: PixelPipeline;
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
}

/** A program in some language. */
export interface Snippet {
  readonly name: string;
  readonly text: string;
  readonly install: string;
}

/** Texts as a list that Python and JavaScript read alike, in lines of a bearable length. */
export function literalList(texts: readonly string[]): string {
  const items = texts.map((text) => `${JSON.stringify(text)},`);
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + item.length < 96) lines[lines.length - 1] = `${last} ${item}`;
    else lines.push(item);
  }
  return `[\n${lines.map((line) => `    ${line}\n`).join('')}]`;
}
