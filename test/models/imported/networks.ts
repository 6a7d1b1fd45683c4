/** Classifiers of a few nodes, built as other tools write them. */
import {
  importClassifier,
  type ImportedClassifier,
  type ImportOptions,
} from '../../../src-main/models/imported/index.ts';
import { encodeModel } from '../../../src-main/onnx/encode.ts';
import { float32, type FloatTensor, type Tensor } from '../../../src-main/onnx/tensor.ts';
import type { Model, Shape } from '../../../src-main/onnx/types.ts';
import { labErrorOf } from '../../helpers/lab-errors.ts';
import { seededParameter } from '../../helpers/seeded.ts';
import { modelOf, type NodeInit } from '../../onnx/import/models.ts';

/** A classifier from `x` to `y`; what is left out is that of a small convolutional network. */
export interface ClassifierInit {
  readonly opset?: number;
  readonly x?: Shape;
  readonly nodes?: readonly NodeInit[];
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly outputs?: readonly string[];
  readonly change?: ((model: Model) => Model) | undefined;
}

/** A seeded weight or bias. */
export function learnt(name: string, ...dims: readonly number[]): FloatTensor {
  return seededParameter(name, dims);
}

/** A tensor of the same number. */
export function filled(value: number, ...dims: readonly number[]): FloatTensor {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return float32(dims, new Float32Array(count).fill(value));
}

/** What the small network has learnt. */
export const PARAMETERS: Readonly<Record<string, Tensor>> = {
  'conv.weight': learnt('conv.weight', 4, 3, 3, 3),
  'conv.bias': learnt('conv.bias', 4),
  'fc.weight': learnt('fc.weight', 10, 4),
  'fc.bias': learnt('fc.bias', 10),
};

/** The small network's last nodes, from a value `[N, 4, H, W]`. */
export function tailFrom(value: string): readonly NodeInit[] {
  return [
    ['GlobalAveragePool', [value], ['p']],
    ['Flatten', ['p'], ['f']],
    ['Gemm', ['f', 'fc.weight', 'fc.bias'], ['y'], { transB: 1 }],
  ];
}

/** {@link tailFrom} the first node's output. */
export const TAIL = tailFrom('h');

/** Its first, from `x`. */
export const FIRST: NodeInit = ['Conv', ['x', 'conv.weight', 'conv.bias'], ['h'], { kernel_shape: [3, 3] }];

/** The bytes of a classifier. */
export function classifierBytes(init: ClassifierInit = {}): Uint8Array {
  const { opset = 17, x = ['batch', 3, 32, 32], nodes = [FIRST, ...TAIL], outputs = ['y'] } = init;
  const model = modelOf({ opset, nodes, constants: init.constants ?? PARAMETERS, x: [] });
  const complete: Model = {
    ...model,
    graph: {
      ...model.graph,
      inputs: [{ name: 'x', dtype: 'float32', shape: x }],
      outputs: outputs.map((name) => ({ name, dtype: 'float32' })),
    },
  };
  return encodeModel(init.change?.(complete) ?? complete);
}

/** A classifier as the lab reads it. */
export function read(init: ClassifierInit = {}, options: ImportOptions = {}): ImportedClassifier {
  return importClassifier(classifierBytes(init), 'net.onnx', options);
}

/** The error of reading one. */
export function errorOf(init: ClassifierInit, options: ImportOptions = {}): ReturnType<typeof labErrorOf> {
  return labErrorOf(() => read(init, options));
}
