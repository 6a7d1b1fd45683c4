/** Pieces of Markdown whose words come from elsewhere: names of classes and files must not become markup. */

/** Words as they are: control characters become spaces, and whatever Markdown or HTML would read is escaped. */
export function plain(words: string): string {
  return words
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/[\\`*_[\]<>|~#&!:@$]/g, (sign) => `\\${sign}`);
}

/** Something for machines, such as a hash or a setting, in a fence that is longer than any in it. */
export function code(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = line.startsWith('`') || line.endsWith('`') || line === '' ? ' ' : '';
  // A table ends a cell at a bar also inside code, unless it is escaped.
  return `${fence}${space}${line}${space}${fence}`.replaceAll('|', '\\|');
}

/** A table; its cells are Markdown. Columns of figures are aligned to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], figures = 1): string {
  const rule = header.map((_, column) => (column < figures ? '---' : '---:'));
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A list; its items are Markdown. */
export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/** Such as `91.7 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
