/** Images of an evaluation as the grid shows them, whether one run says something about them or two. */
import type {
  ComparedSampleJson,
  JudgedSampleJson,
  SeenInJson,
} from '../../../src-shared/contract/evaluation.ts';

/** What a run says about an image. */
export interface Opinion {
  /** The run, where there are two. */
  readonly by: string | null;
  readonly predicted: string;
  /** The most probable classes, falling. */
  readonly top: readonly { readonly class: string; readonly probability: number }[];
}

/** An image. */
export interface GridItem {
  readonly id: number;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly label: string | null;
  readonly flagged: boolean;
  readonly seenIn: SeenInJson;
  readonly opinions: readonly Opinion[];
}

/** What a person does to images. */
export type Deed =
  { readonly do: 'label'; readonly label: string } | { readonly do: 'exclude' | 'flag' | 'unflag' };

/** An image that one run says something about. */
export function judgedItem({ predicted, top, ...sample }: JudgedSampleJson): GridItem {
  return { ...sample, opinions: [{ by: null, predicted, top }] };
}

/** An image that two runs say something about. */
export function comparedItem(
  { first, second, ...sample }: ComparedSampleJson,
  names: { readonly first: string; readonly second: string },
): GridItem {
  return {
    ...sample,
    opinions: [
      { ...first, by: names.first },
      { ...second, by: names.second },
    ],
  };
}
