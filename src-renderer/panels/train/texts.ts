/** Lists of numbers as a line of text, and back. */

/** A learning rate from an epoch on. */
export interface TableRate {
  readonly epoch: number;
  readonly lr: number;
}

/** `3, 7`. */
export function numbersToText(numbers: readonly number[] | null): string {
  return numbers?.join(', ') ?? '';
}

/** The numbers of a text; null for an empty one, undefined for what is no list of numbers. */
export function textToNumbers(text: string): number[] | null | undefined {
  const parts = text.split(/[\s,;，；、]+/).filter((part) => part !== '');
  const numbers = parts.map(Number);
  if (numbers.some((number) => !Number.isFinite(number))) return undefined;
  return numbers.length === 0 ? null : numbers;
}

/** `0: 0.01, 5: 0.001`. */
export function ratesToText(rates: readonly TableRate[] | null): string {
  return rates?.map(({ epoch, lr }) => `${epoch}: ${lr}`).join(', ') ?? '';
}

/** The rates of a text; null for an empty one, undefined for what is no table. */
export function textToRates(text: string): TableRate[] | null | undefined {
  const parts = text.split(/[,;，；、\n]+/).filter((part) => part.trim() !== '');
  const rates = parts.map((part) => {
    const [epoch, lr, ...rest] = part
      .split(/[:：]/)
      .map((number) => (number.trim() === '' ? NaN : Number(number)));
    return { epoch: epoch ?? NaN, lr: rest.length === 0 ? (lr ?? NaN) : NaN };
  });
  if (rates.some(({ epoch, lr }) => !Number.isFinite(epoch) || !Number.isFinite(lr))) return undefined;
  return rates.length === 0 ? null : rates;
}
