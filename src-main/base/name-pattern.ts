/** Patterns of names, such as `layer1.*.weight`. */

/** Whether a name fits a pattern, in which `*` stands for any characters and `?` for one. */
export function matchesName(pattern: string, name: string): boolean {
  const source = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${source.replaceAll(/\*+/g, '.*').replaceAll('?', '.')}$`, 's').test(name);
}
