/** Flags whose text holds more than one value: tables, and rules for parameters. */
import { toNumber } from './flags.ts';

/** `50:5e-4,100:1e-4` → epochs with their learning rates. */
export function toTable(text: string): { epoch: number | string; lr: number | string | undefined }[] {
  return text.split(',').map((entry) => {
    const [epoch, lr] = entry.split(':').map(toNumber);
    return { epoch: epoch!, lr };
  });
}

/** A rule as it is typed: `conv*.weight:normal,std=0.01`. */
interface TypedRule {
  readonly pattern: string;
  /** Words without a value, in their order. */
  readonly words: readonly string[];
  readonly values: Readonly<Record<string, number | string>>;
}

function toRule(text: string): TypedRule {
  const colon = text.lastIndexOf(':');
  const items = colon < 0 ? [] : text.slice(colon + 1).split(',');
  const pairs = items.filter((item) => item.includes('=')).map((item) => item.split('='));
  return {
    pattern: colon < 0 ? text : text.slice(0, colon),
    words: items.filter((item) => !item.includes('=')),
    values: Object.fromEntries(pairs.map(([key, value]) => [key!, toNumber(value!)])),
  };
}

/** `conv*.weight:normal,std=0.01` → one more rule of initialisation. */
export function addInit(text: string, previous: unknown): unknown[] {
  const { pattern, words, values } = toRule(text);
  return [...((previous as unknown[] | undefined) ?? []), { pattern, init: { name: words[0], ...values } }];
}

/** `layer1.*:lr=1e-4,weight-decay=0` or `conv1.*:freeze` → one more group of parameters. */
export function addParamGroup(text: string, previous: unknown): unknown[] {
  const { pattern, words, values } = toRule(text);
  const settings = [...Object.entries(values), ...words.map((word) => [word, true] as const)];
  const named = settings.map(([key, value]) => [toField(key), value]);
  return [...((previous as unknown[] | undefined) ?? []), { pattern, ...Object.fromEntries(named) }];
}

function toField(flag: string): string {
  return flag.replaceAll(/-[a-z]/g, (dash) => dash.slice(1).toUpperCase());
}
