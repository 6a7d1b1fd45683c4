/** Inference against onnxruntime: what every op really gives, with numbers for the symbolic sizes. */
import { describe, expect, test } from 'vitest';
import { checkModel } from '../../src-main/onnx/check.ts';
import { formatShape, substituteDim, UNKNOWN } from '../../src-main/onnx/dims.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/graph-builder.ts';
import { allocate, elementCount, type Tensor } from '../../src-main/onnx/tensor.ts';
import type { Dim, Model } from '../../src-main/onnx/types.ts';
import { runOnnx } from '../helpers/ort.ts';
import { CASES, type Build } from './infer-cases.ts';

const SIZES = { N: 3, H: 6, W: 7 };

/** Zeros and ones, which every op takes: as indices, as exponents, as bits, under a logarithm. */
function feedsOf(model: Model): Map<string, Tensor> {
  return new Map(
    model.graph.inputs.map(({ name, dtype, shape = [] }) => {
      const dims = shape.map((dim) => Number(substituteDim(dim, SIZES)));
      const data = allocate(dtype, elementCount(dims));
      for (let i = 0; i < data.length; i++) setBit(data, i);
      return [name, { dtype, dims, data }];
    }),
  );
}

function setBit(data: Tensor['data'], i: number): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[i] = BigInt(i % 2);
  else data[i] = i % 2;
}

/** Builds a graph, runs it, and gives inferred and real results side by side. */
async function compare(build: Build): Promise<{ inferred: Value[]; real: Tensor[] }> {
  const graph = new GraphBuilder('case');
  const inferred = [build(graph)].flat<readonly (Value | readonly Value[])[]>();
  inferred.forEach((value, i) => graph.output(value, `result_${i}`));
  const model = graph.build();
  const types = checkModel(model);
  inferred.forEach((value, i) =>
    expect(types.get(`result_${i}`)).toEqual({ dtype: value.dtype, shape: value.shape }),
  );
  const results = await runOnnx(model, feedsOf(model), { optimize: false });
  return { inferred, real: inferred.map((_, i) => results.get(`result_${i}`) as Tensor) };
}

const sized = (dim: Dim): Dim => substituteDim(dim, SIZES);

describe.each(Object.entries(CASES))('%s', (_, { known, open = [] }) => {
  test.each(known.map((build, i) => [i, build] as const))(
    'case %i has the shape inferred',
    async (__, build) => {
      const { inferred, real } = await compare(build);
      inferred.forEach(({ dtype, shape }, i) => {
        expect(`${dtype} ${formatShape(shape.map(sized))}`).toBe(
          `${real[i]!.dtype} ${formatShape(real[i]!.dims)}`,
        );
      });
    },
  );

  test.each(open.map((build, i) => [i, build] as const))(
    'open case %i agrees where it is known',
    async (__, build) => {
      const { inferred, real } = await compare(build);
      expect(inferred.flatMap(({ shape }) => shape)).toContain(UNKNOWN);
      inferred.forEach(({ dtype, shape }, i) => {
        const { dtype: realType, dims } = real[i]!;
        expect(dtype).toBe(realType);
        expect(shape.map((dim, axis) => (dim === UNKNOWN ? dims[axis] : sized(dim)))).toEqual(dims);
      });
    },
  );
});
