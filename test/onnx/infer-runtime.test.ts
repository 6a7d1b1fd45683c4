/** Inference against onnxruntime: what every op really gives, with numbers for the symbolic sizes. */
import { describe, expect, test } from 'vitest';
import { checkModel } from '../../src-main/onnx/check.ts';
import { formatShape, substituteDim, UNKNOWN } from '../../src-main/onnx/dims.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/graph-builder.ts';
import { windowOf } from '../../src-main/onnx/ops/window.ts';
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

describe('auto_pad', () => {
  // Odd totals, so that the two modes put the greater part on different sides.
  test.each(['SAME_UPPER', 'SAME_LOWER'])('%s is the padding that windowOf works out', async (auto_pad) => {
    const g = new GraphBuilder('auto_pad');
    const x = g.input('x', 'float32', ['N', 1, 9, 8]);
    const window = { kernel_shape: [4, 3], strides: [1, 2] };
    const [automatic] = g.node('AveragePool', [x], { ...window, auto_pad }) as [Value];
    const { pads } = windowOf(g.contextOf(g.nodes[0]!), [9, 8], window.kernel_shape);
    g.output(automatic, 'automatic');
    g.output(g.averagePool(x, { ...window, pads }), 'explicit');
    const model = g.build();
    const dims = [1, 1, 9, 8];
    const images = {
      dtype: 'float32',
      dims,
      data: Float32Array.from({ length: 72 }, (_, i) => i * i),
    } as const;
    const results = await runOnnx(model, new Map([['x', images]]), { optimize: false });
    expect(results.get('explicit')).toEqual(results.get('automatic'));
  });
});
