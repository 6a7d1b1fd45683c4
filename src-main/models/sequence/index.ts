/** Networks written as a sequence of layers in JSON: `docs/networks.md` tells the format. */
import path from 'node:path';
import { z } from 'zod';
import { LabError } from '../../../src-shared/errors.ts';
import { elementCount } from '../../onnx/tensor.ts';
import type { Value } from '../../onnx/graph-builder.ts';
import type { Architecture } from '../architecture.ts';
import { checkImageSize } from '../image-size.ts';
import { linear } from '../layers/index.ts';
import { networkState } from '../state.ts';
import { JsonTextError, parseJson } from './json-text.ts';
import { LayerReader, layOut, type PlacedLayer } from './layer-list.ts';
import { optional, readOptions, shown, whole } from './options.ts';
import { Place } from './place.ts';

const MOST_BYTES = 1024 ** 2;
const MOST_PARAMETER_BYTES = 2 * 1024 ** 3;

const text = z.string().max(1000).describe('a text');

const DOCUMENT = {
  name: optional(text),
  paper: optional(text),
  imageSize: whole(1, 4096),
  classes: optional(whole(2, 65_536)),
  layers: z.array(z.unknown()).describe('a list of layers'),
};

/**
 * Reads a network.
 *
 * @param file how errors call the file
 * @throws LabError `MODEL_FILE`; `MODEL_INPUT_SIZE` when a layer has no room in images of the file's own size
 */
export function readSequence(bytes: Uint8Array, file: string): Architecture {
  const at = new Place(file);
  const raw = readDocument(bytes, at);
  const { layers, ...about } = readOptions(DOCUMENT, raw, at, 'field');
  const architecture = architectureOf(layers, at, {
    name: path.parse(file).name,
    paper: '',
    classes: 10,
    ...about,
  });
  checkImageSize(architecture, architecture.imageSize);
  checkParameters(architecture, at);
  return architecture;
}

function readDocument(bytes: Uint8Array, at: Place): Readonly<Record<string, unknown>> {
  if (bytes.length > MOST_BYTES) at.fail('expected at most 1 MiB of JSON, found more');
  const document = jsonOf(bytes, at);
  if (typeof document === 'object' && document !== null && !Array.isArray(document))
    return document as Readonly<Record<string, unknown>>;
  return at.fail(`expected an object { "imageSize": …, "layers": […] }, not ${shown(document)}`);
}

function jsonOf(bytes: Uint8Array, at: Place): unknown {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof JsonTextError) return at.fail(error.message);
    if (error instanceof TypeError) return at.fail('it is no text in UTF-8');
    throw error;
  }
}

type About = Pick<Architecture, 'name' | 'paper' | 'imageSize' | 'classes'>;

function architectureOf(list: readonly unknown[], at: Place, about: About): Architecture {
  const { layers, head } = splitHead(list, at);
  // Dropout before the head is no feature's business.
  const end = layers.findLastIndex(({ type }) => type !== 'Dropout') + 1;
  return {
    ...about,
    head: [`${head.name}.weight`, `${head.name}.bias`],
    features(net, images) {
      const build = (): Value => {
        const features = layOut(net, images, layers.slice(0, end));
        head.check(features);
        return features;
      };
      return images.shape[2] === about.imageSize ? build() : atOtherSize(at, build);
    },
    classify: (net, features, classes) =>
      linear(net, layOut(net, features, layers.slice(end)), head.name, classes),
  };
}

/** The file is right at its own image size, so at another one the size is at fault. @throws LabError `MODEL_INPUT_SIZE` */
function atOtherSize<T>(at: Place, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'MODEL_FILE') throw error;
    throw new LabError('MODEL_INPUT_SIZE', error.message.slice(at.prefix.length, -1));
  }
}

/** The last layer: a Linear whose number of outputs is that of the classes. */
interface Head {
  readonly name: string;
  /** Checks what it gets. @throws LabError `MODEL_FILE` */
  check(features: Value): void;
}

function splitHead(list: readonly unknown[], at: Place): { layers: readonly PlacedLayer[]; head: Head } {
  const layers = new LayerReader().read(list, at);
  const last = layers.at(-1);
  if (last?.type !== 'Linear')
    return (last?.at ?? at).fail('expected a Linear as the last layer: it gives the classes');
  const { in_features, out_features } = last.options;
  if (out_features !== undefined)
    last.at.fail(
      `out_features: expected none in the last layer, since the data tell the classes, not ${shown(out_features)}`,
    );
  return {
    layers: layers.slice(0, -1),
    head: {
      name: last.name,
      check: (features) => last.at.vectors(features, in_features as number | undefined),
    },
  };
}

function checkParameters(architecture: Architecture, at: Place): void {
  const state = networkState(architecture, architecture.classes, architecture.imageSize);
  const bytes = 4 * state.reduce((total, { dims }) => total + elementCount(dims), 0);
  if (bytes > MOST_PARAMETER_BYTES)
    at.fail(`expected at most 2 GiB of parameters, found ${(bytes / 1024 ** 3).toFixed(1)} GiB`);
}
