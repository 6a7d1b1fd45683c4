/** What validators have to say, as sentences. */

/** One thing that is wrong with a value, as zod and other validators report it. */
export interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * All issues in one sentence, each with its field: `epochs: expected a whole number of at least 1, not 0`.
 *
 * @param nameOf how a field is called where the value came from, such as `--image-size` for `imageSize`
 */
export function describeIssues(
  issues: readonly Issue[],
  nameOf: (field: string) => string = (field) => field,
): string {
  return `${issues.map((issue) => describe(issue, nameOf)).join('; ')}.`;
}

function describe({ message, path = [] }: Issue, nameOf: (field: string) => string): string {
  const [field, ...below] = path.map((part) => String(typeof part === 'object' ? part.key : part));
  if (field === undefined) return message;
  return `${[nameOf(field), ...below].join('.')}: ${message}`;
}
