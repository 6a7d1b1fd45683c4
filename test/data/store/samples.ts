import type { NewSample, Split } from '../../../src-main/data/store/index.ts';

/** A sample whose content is named by a number. */
export function sample(
  path: string,
  className: string | null,
  content: number,
  split: Split | null = null,
): NewSample {
  const sha256 = content.toString(16).padStart(64, '0');
  return { path, className, split, content: { sha256, size: 100, width: 4, height: 3, format: 'png' } };
}
