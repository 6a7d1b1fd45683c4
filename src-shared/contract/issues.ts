/** What validators have to say, as sentences. */

/** One thing that is wrong with a value, as zod and other validators report it. */
export interface Issue {
  readonly message: string;
  /** Fields that nobody knows, where those are what is wrong. */
  readonly keys?: readonly string[];
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

function describe({ message, keys, path = [] }: Issue, nameOf: (field: string) => string): string {
  const problem = keys === undefined ? message : `there is no setting ${keys.map(quoted).join(', ')}`;
  const [field, ...below] = path.map((part) => (typeof part === 'object' ? part.key : part));
  if (field === undefined) return problem;
  const place = below.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  return `${nameOf(String(field))}${place.join('')}: ${problem}`;
}

function quoted(name: string): string {
  return JSON.stringify(name);
}
