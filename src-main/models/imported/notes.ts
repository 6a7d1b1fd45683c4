/** What a user should know of how a file was understood. */
import type { PlainGraph } from '../../onnx/import/plain-graph.ts';
import type { Normalization } from '../layers/index.ts';
import type { ClassifierHead } from './classifier-head.ts';
import type { ImageInput } from './image-input.ts';

interface Understood {
  /** The file's name or path. */
  readonly file: string;
  readonly head: ClassifierHead;
  readonly input: ImageInput;
  /** Up to the last features. */
  readonly graph: PlainGraph;
  readonly normalization: Normalization | undefined;
  /** BatchNorm layers that are put behind convolutions. */
  readonly restored: number;
}

/** Whole sentences. */
export function notesOn({ file, head, input, graph, normalization, restored }: Understood): string[] {
  const name = file.split(/[\\/]/).at(-1) ?? file;
  const { node, classes } = head;
  return [
    `${name}: the layer "${node.name}" (${node.opType}, ${classes} classes) is replaced by a new one.`,
    ...sizeNote(name, input),
    ...pixelNote(name, normalization),
    ...(restored > 0 ? [restoredNote(name, restored)] : foldedNote(name, graph)),
  ];
}

function sizeNote(name: string, { size }: ImageInput): string[] {
  if (size !== undefined) return [];
  return [`${name} takes images of any size: 224 pixels are used unless --image-size says otherwise.`];
}

function pixelNote(name: string, normalization: Normalization | undefined): string[] {
  if (normalization === undefined) {
    return [
      `${name} does not say how its pixels are normalised: ImageNet's mean and deviation are used unless --mean and --std say otherwise.`,
    ];
  }
  const [std] = normalization.std;
  if (normalization.mean.some((value) => value !== 0)) return [];
  if (std === 1) return [`${name} normalises its pixels itself: it is fed with 0 to 1.`];
  return [`${name} normalises its pixels itself: it is fed with 0 to 255.`];
}

function restoredNote(name: string, restored: number): string {
  const layers = restored === 1 ? 'one convolution' : `${restored} convolutions`;
  return `${name}: batch normalisation is put back behind ${layers} with a bias.`;
}

/** Exporters fold BatchNorm into the convolution before it, whose bias then holds the rest. */
function foldedNote(name: string, { nodes }: PlainGraph): string[] {
  const biased = nodes.filter(({ opType, inputs }) => opType === 'Conv' && (inputs[2] ?? '') !== '');
  const norms = nodes.some(({ opType }) => /Normalization$/.test(opType));
  if (norms || biased.length < 2) return [];
  return [
    `${name} has no batch normalisation: if it had, it was folded into the convolutions when the file was written. They are trained as they are; exporting with training=TrainingMode.PRESERVE and do_constant_folding=False keeps it, and --restore-batch-norm puts it back.`,
  ];
}
