/** Text for terminals: safe, aligned, rounded. */
import stringWidth from 'string-width';

/**
 * Text without control characters: names of files and classes must not steer the terminal. The joiners of Persian and
 * of emoji are letters' business and stay.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /(?![\u200c\u200d])[\p{Cc}\p{Cf}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** Text padded to a width in columns, of which East Asian characters take two. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'left' ? text + space : space + text;
}

/** A table with aligned columns; those whose cells are all numbers are aligned to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const safe = rows.map((row) => row.map(printable));
  const widths = header.map((name, column) =>
    Math.max(stringWidth(name), ...safe.map((row) => stringWidth(row[column]!))),
  );
  const alignments = header.map((_, column) =>
    safe.length > 0 && safe.every((row) => /^[-\d.,]*(e[-+]\d+| ?%)?$/.test(row[column]!)) ? 'right' : 'left',
  );
  return [header, ...safe]
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column]!, alignments[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A share from 0 to 1, such as `91.7 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A count with its noun, such as `1 image` or `3 images`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`;
}

/** Seconds as `42 s` or `3 min 05 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** At most some lines of a list, then how many more there are. */
export function shortList(lines: readonly string[], limit = 10): string[] {
  if (lines.length <= limit) return [...lines];
  return [...lines.slice(0, limit), `… and ${lines.length - limit} more`];
}
