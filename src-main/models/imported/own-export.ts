/** Files that the lab exported itself: they say how their pixels are normalised and what their classes are. */
import { z } from 'zod';
import { BATCH } from '../../onnx/import/open-batch.ts';
import type { Model } from '../../onnx/types.ts';
import type { Normalization } from '../layers/index.ts';
import { refused } from './refused.ts';

/** What an export of the lab says of itself. */
export interface OwnExport {
  readonly classes: readonly string[];
  readonly normalization: Normalization;
}

const parsed = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue('no JSON');
        return z.NEVER;
      }
    })
    .pipe(schema);
const channels = z.tuple([z.number(), z.number(), z.number()]);

const schema = z.object({
  'vitrine.classes': parsed(z.array(z.string())),
  'vitrine.input': parsed(z.enum(['image', 'tensor'])),
  'vitrine.normalization': parsed(z.object({ mean: channels, std: channels })),
});

/** What an export of the lab says of itself, and its network from normalised images on; `undefined` for other files. */
export function readOwnExport(model: Model): { readonly says: OwnExport; readonly model: Model } | undefined {
  const found = schema.safeParse(model.metadata);
  if (!found.success) return undefined;
  const { 'vitrine.classes': classes, 'vitrine.normalization': normalization } = found.data;
  const network = found.data['vitrine.input'] === 'image' ? fromNormalized(model) : model;
  return { says: { classes, normalization }, model: network };
}

/** The file's own first nodes (Transpose, Cast, BatchNormalization) do what the lab does anyway. */
function fromNormalized(model: Model): Model {
  const { graph } = model;
  const scale = graph.nodes.find(({ opType }) => opType === 'BatchNormalization');
  const [images] = graph.inputs;
  const size = images?.shape?.[1];
  const [normalized] = scale?.outputs ?? [];
  if (normalized === undefined || size === undefined) return refused('it begins with no normalisation');
  return {
    ...model,
    graph: {
      ...graph,
      inputs: [{ name: normalized, dtype: 'float32', shape: [BATCH, 3, size, size] }],
      nodes: graph.nodes.filter((node) => node !== scale),
    },
  };
}
