/** Flags for fields of the contract. */
import { Option } from 'commander';

/** A field's flag. */
export interface SettingFlag {
  readonly flags: string;
  readonly description: string;
  /** From what was typed to the field's value; `previous` is that of the flag's last use. */
  readonly parse?: (text: string, previous: unknown) => unknown;
}

interface Field {
  parse(value: undefined): unknown;
}

/** The flags of some fields, in their order. Their defaults are the contract's, which the help shows. */
export function settingOptions<Name extends string>(
  flags: Readonly<Record<Name, SettingFlag>>,
  fields: Readonly<Record<NoInfer<Name>, Field>>,
): Option[] {
  return (Object.keys(flags) as Name[]).map((name) => {
    const { flags: usage, description, parse } = flags[name];
    const option = new Option(usage, description + shownDefault(fields[name].parse(undefined)));
    if (parse !== undefined) option.argParser(parse);
    return option;
  });
}

function shownDefault(value: unknown): string {
  if (value === null || typeof value === 'boolean') return '';
  const shown = typeof value === 'number' ? Number(value.toPrecision(3)) : value;
  if (Array.isArray(shown)) return shown.length === 0 ? '' : ` (default: ${shown.join(',')})`;
  return ` (default: ${String(shown)})`;
}
