/** Image classifiers that other tools wrote as ONNX, as architectures with a new head. */
import { LabError } from '../../../src-shared/errors.ts';
import { decodeModel } from '../../onnx/decode.ts';
import type { Value } from '../../onnx/graph-builder.ts';
import { plainGraph, type PlainGraph } from '../../onnx/import/plain-graph.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import type { Model } from '../../onnx/types.ts';
import type { Architecture } from '../architecture.ts';
import type { Network, Normalization } from '../layers/index.ts';
import { checkBatch } from './check-batch.ts';
import type { ClassifierHead } from './classifier-head.ts';
import { findImageInput, imageType, type ImageInput } from './image-input.ts';
import { layOut, type Backbone } from './lay-out.ts';
import { findLogits } from './logits.ts';
import { newHead, type NewHead } from './new-head.ts';
import { notesOn } from './notes.ts';
import { readOwnExport } from './own-export.ts';
import { learntTensors, type LearntTensor } from './parameters.ts';
import { findPixelScale, insideNormalization } from './pixel-scale.ts';
import { foldableConvolutions, type RestoredNorms } from './restored-norms.ts';
import { singlePrecision } from './single-precision.ts';

/** What the user tells about a file. */
export interface ImportOptions {
  /** The value that holds the logits, where it is not found by itself. */
  readonly logits?: string | undefined;
  /** The classes to train for: a head for the very same ones is kept. */
  readonly classes?: readonly string[] | undefined;
  /** Whether a BatchNorm is put behind every convolution into which one may have been folded; not unless told. */
  readonly restoreBatchNorm?: boolean | undefined;
  /** Whether a file that takes one number of images alone will do, since it will be run as it is. */
  readonly fixedBatch?: boolean | undefined;
}

/** A classifier from a file. */
export interface ImportedClassifier {
  readonly architecture: Architecture;
  readonly weights: ReadonlyMap<string, Tensor>;
  /** The file's images. */
  readonly input: ImageInput;
  /** The file's output that its last layer leads to. */
  readonly output: string;
  /** What the network expects of its pixels, as far as the file tells. */
  readonly normalization: Normalization | undefined;
  /** What a user should know of how the file was understood. */
  readonly notes: readonly string[];
  /** There when batch normalisation is restored. */
  readonly restored: RestoredNorms | undefined;
}

/** The side of the images for a network that takes any: ImageNet's usual one. */
const USUAL_SIZE = 224;

/**
 * Reads a classifier.
 *
 * @param name how errors call the file
 * @throws LabError `MODEL_FILE` when it is no classifier of images; `INVALID_ARGUMENT` when there is no batch
 * normalisation to restore; `ONNX_PARSE`, `ONNX_EXTERNAL_DATA`,
 * `ONNX_UNSUPPORTED`, `ONNX_INVALID_GRAPH` or `ONNX_SHAPE`
 */
export function importClassifier(
  bytes: Uint8Array,
  name: string,
  options: ImportOptions,
): ImportedClassifier {
  const decoded = decodeModel(bytes, name);
  try {
    return new Importer(singlePrecision(decoded), name, options).classifier();
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const message = `Reading the network ${name}: ${startingSmall(error.message)}`;
    throw new LabError(error.code, message.endsWith('.') ? message : `${message}.`, {
      ...(error.hint !== undefined && { hint: error.hint }),
      cause: error,
    });
  }
}

function startingSmall(message: string): string {
  return message.replace(/^(Node|Graph|An?|It|Initializer) /, (word) => word.toLowerCase());
}

class Importer {
  readonly #model: Model;
  readonly #name: string;
  readonly #options: ImportOptions;
  readonly #own: ReturnType<typeof readOwnExport>;
  readonly #input: ImageInput;
  readonly #output: string;
  readonly #head: ClassifierHead;
  readonly #newHead: NewHead;
  readonly #learnt: ReadonlyMap<string, LearntTensor>;
  readonly #normalization: Normalization | undefined;
  readonly #norms: ReadonlyMap<string, string>;
  readonly #graphs = new Map<number, PlainGraph>();

  constructor(model: Model, name: string, options: ImportOptions) {
    this.#own = readOwnExport(model);
    this.#model = this.#own?.model ?? model;
    this.#name = name;
    this.#options = options;
    const found = findLogits(this.#model, options.logits, (output) => {
      const input = findImageInput(this.#model, output);
      return plainGraph(this.#model, planOf(input, output, input.size ?? USUAL_SIZE));
    });
    this.#head = found.head;
    this.#input = findImageInput(this.#model, found.output);
    this.#output = found.output;
    const graph = this.#backbone(this.#size);
    const pixels = findPixelScale(graph, this.#input.name);
    const bytes = this.#input.dtype === 'uint8';
    this.#normalization = this.#own?.says.normalization ?? insideNormalization(pixels, bytes);
    this.#newHead = newHead(found.graph, this.#head);
    this.#learnt = learntTensors(graph, pixels.constants, this.#newHead.names);
    const restore = options.restoreBatchNorm === true;
    this.#norms = restore ? foldable(graph, this.#learnt, this.#newHead) : new Map();
  }

  get #size(): number {
    return this.#input.size ?? USUAL_SIZE;
  }

  classifier(): ImportedClassifier {
    const { classes } = this.#head;
    const architecture: Architecture = {
      name: this.#name,
      paper: this.#name,
      imageSize: this.#size,
      classes,
      head: this.#newHead.names,
      features: (net, images) => this.#features(net, images),
      classify: (net, features, count) => this.#newHead.classify(net, features, count),
    };
    return {
      architecture,
      weights: this.#weights(),
      input: this.#input,
      output: this.#output,
      normalization: this.#normalization,
      notes: notesOn({
        file: this.#name,
        head: this.#head,
        input: this.#input,
        graph: this.#backbone(this.#size),
        normalization: this.#normalization,
        restored: this.#norms.size,
      }),
      restored: this.#restored(),
    };
  }

  /** Everything the file has learnt, with its head where that is for the same classes. */
  #weights(): Map<string, Tensor> {
    const weights = new Map([...this.#learnt.values()].map(({ name, tensor }) => [name, tensor]));
    const { classes } = this.#options;
    const same = classes !== undefined && classes.join('\n') === this.#own?.says.classes.join('\n');
    return new Map([...weights, ...(same ? this.#newHead.weights : [])]);
  }

  #features(net: Network, images: Value): Value {
    const graph = this.#backboneFor(images.shape[2] as number);
    const features = this.#layOut(net, images, { graph, learnt: this.#learnt, norms: this.#norms })(
      graph.output,
    );
    return features.shape.length === 2 ? features : net.g.flatten(features);
  }

  #restored(): RestoredNorms | undefined {
    if (this.#norms.size === 0) return undefined;
    return {
      names: [...this.#norms.values()],
      inputs: (net, images) => {
        const graph = this.#backboneFor(images.shape[2] as number);
        const valueOf = this.#layOut(net, images, { graph, learnt: this.#learnt, norms: new Map() });
        return new Map([...this.#norms].map(([result, layer]) => [layer, valueOf(result)]));
      },
    };
  }

  #layOut(net: Network, images: Value, backbone: Backbone): (name: string) => Value {
    const fed = this.#input.layout === 'NCHW' ? images : net.g.transpose(images, [0, 2, 3, 1]);
    return layOut(net, backbone, new Map([[this.#input.name, fed]]));
  }

  /** @throws LabError `MODEL_INPUT_SIZE` when the network does not take images of this size */
  #backboneFor(size: number): PlainGraph {
    try {
      return this.#backbone(size);
    } catch (error) {
      if (!(error instanceof LabError) || size === this.#size) throw error;
      throw new LabError('MODEL_INPUT_SIZE', startingSmall(error.message).replace(/\.$/, ''), {
        cause: error,
      });
    }
  }

  /** The graph from the images to the last features. */
  #backbone(size: number): PlainGraph {
    const known = this.#graphs.get(size);
    if (known) return known;
    const graph = plainGraph(this.#model, planOf(this.#input, this.#head.features, size));
    if (this.#options.fixedBatch !== true) checkBatch(graph);
    // A search for sizes that work must not keep all of them.
    if (this.#graphs.size > 3) this.#graphs.clear();
    this.#graphs.set(size, graph);
    return graph;
  }
}

function foldable(
  graph: PlainGraph,
  learnt: ReadonlyMap<string, LearntTensor>,
  head: NewHead,
): Map<string, string> {
  const norms = foldableConvolutions(graph, learnt, head.names);
  if (norms.size > 0) return norms;
  throw new LabError(
    'INVALID_ARGUMENT',
    'it has no convolution with a bias into which batch normalisation may have been folded (--restore-batch-norm).',
    { hint: 'Leave --restore-batch-norm out: batch normalisation that the file holds is trained anyway.' },
  );
}

function planOf(input: ImageInput, output: string, size: number) {
  return { inputs: new Map([[input.name, imageType(input, size)]]), output, batch: input.batch };
}
