/** Reading model files, most of them hostile. */
import { execFileSync } from 'node:child_process';
import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkModelSize, decodeModel, readModel } from '../../src-main/onnx/decode.ts';
import { encodeModel } from '../../src-main/onnx/encode.ts';
import { GraphBuilder } from '../../src-main/onnx/graph-builder.ts';
import { float32, type DataType, type TensorData } from '../../src-main/onnx/tensor.ts';
import { labErrorFrom, labErrorOf } from '../helpers/lab-errors.ts';
import { temporaryFolder } from '../data/temporary.ts';
import { modelBytes, withAttributes, withTensor, type GraphInit, type TensorInit } from './protos.ts';

const DAMAGED = 'The file is damaged, incomplete or not an ONNX model.';

function small(): Uint8Array {
  const g = new GraphBuilder('small');
  g.output(g.matMul(g.input('x', 'float32', ['N', 2]), g.constant(float32([2, 3], [1, 2, 3, 4, 5, 6]))), 'y');
  return encodeModel(g.build());
}

/** The error of decoding, which must be ONNX_PARSE, without the fixed beginning and the dot. */
function parseProblem(bytes: Uint8Array): string {
  const { code, message, hint } = labErrorOf(() => decodeModel(bytes, 'm.onnx'));
  expect({ code, hint }).toEqual({ code: 'ONNX_PARSE', hint: DAMAGED });
  return message.replace(/^Reading the ONNX model m\.onnx: (.*)\.$/, '$1');
}

function unsupportedProblem(bytes: Uint8Array): string {
  const { code, message } = labErrorOf(() => decodeModel(bytes, 'm.onnx'));
  expect(code).toBe('ONNX_UNSUPPORTED');
  return message.replace(/^Reading the ONNX model m\.onnx: (.*)\.$/, '$1');
}

describe('bytes that are no model', () => {
  test.each([
    ['text', new TextEncoder().encode('<!DOCTYPE html><title>404</title>')],
    ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13)],
    ['a length beyond the end', Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0x7f)],
  ])('%s', (_, bytes) => {
    expect(parseProblem(bytes)).toBe('its bytes are not a protobuf message');
  });

  test('an empty file holds no graph', () => {
    expect(parseProblem(new Uint8Array())).toBe('it holds no graph');
  });

  test('every truncation inside the graph is refused', () => {
    const bytes = small();
    // What follows the graph is the operator set, of a few bytes; without it the checker refuses the model.
    for (let length = 0; length < bytes.length - 8; length++) {
      expect(parseProblem(bytes.subarray(0, length))).toMatch(
        /^its bytes are not a protobuf message$|^it holds no graph$/,
      );
    }
  });

  test('every flipped byte gives a model or a LabError, nothing else', () => {
    const bytes = small();
    let refused = 0;
    for (let i = 0; i < bytes.length; i++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const spoiled = bytes.slice();
        spoiled[i]! ^= mask;
        try {
          decodeModel(spoiled);
        } catch (error) {
          expect((error as Error).name).toBe('LabError');
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(0);
  });

  test('graphs nested without end', () => {
    let graph: GraphInit = {};
    for (let depth = 0; depth < 200; depth++)
      graph = { node: [{ attribute: [{ name: 'g', type: 5, g: graph }] }] };
    expect(parseProblem(modelBytes(graph))).toBe('its bytes are not a protobuf message');
  });
});

describe('tensors', () => {
  const floats = (...dims: bigint[]): TensorInit => ({ dataType: 1, dims, floatData: [1, 2, 3, 4, 5, 6] });
  const problems: [string, TensorInit][] = [
    ['initializer "w" has 6 elements; its shape [2, 2] wants 4', floats(2n, 2n)],
    ['initializer "w" has 6 elements; its shape [] wants 1', floats()],
    [
      'initializer "w" has 6 elements; its shape [1099511627776, 1099511627776] wants 1.2089258196146292e+24',
      floats(2n ** 40n, 2n ** 40n),
    ],
    ['initializer "w" has the shape [-2, -3], with a negative size', floats(-2n, -3n)],
    [
      'initializer "w" has 0 elements; its shape [3] wants 3',
      { dataType: 1, dims: [3n], int32Data: [1, 2, 3] },
    ],
    [
      'initializer "w": 7 bytes are no multiple of 4, the size of float32',
      { dataType: 1, dims: [2n], rawData: new Uint8Array(7) },
    ],
    [
      'initializer "w" has 2 elements; its shape [3] wants 3',
      { dataType: 1, dims: [3n], rawData: new Uint8Array(8) },
    ],
    ['initializer "w" holds 256, which is no uint8', { dataType: 2, dims: [1n], int32Data: [256] }],
    ['initializer "w" holds -129, which is no int8', { dataType: 3, dims: [1n], int32Data: [-129] }],
    ['initializer "w" holds 2, which is no bool', { dataType: 9, dims: [1n], int32Data: [2] }],
    ['initializer "w" holds 65536, which is no float16', { dataType: 10, dims: [1n], int32Data: [65536] }],
    [
      'initializer "w" holds 4294967296, which is no uint32',
      { dataType: 12, dims: [1n], uint64Data: [2n ** 32n] },
    ],
  ];
  test.each(problems)('%s', (message, tensor) => {
    expect(parseProblem(withTensor(tensor))).toBe(message);
  });

  test.each([
    ['initializer "w" has element type 8, which is not a number type', { dataType: 8, dims: [0n] }],
    ['initializer "w" has element type 0, which is not a number type', {}],
    [
      'initializer "w", dimension has the integer 1152921504606846976; only those below 2^53 are read',
      floats(2n ** 60n),
    ],
  ] as [string, TensorInit][])('%s', (message, tensor) => {
    expect(unsupportedProblem(withTensor(tensor))).toBe(message);
  });

  test.each([
    [1, { floatData: [0.5, -1] }, 'float32', Float32Array.of(0.5, -1)],
    [11, { doubleData: [0.1, -1] }, 'float64', Float64Array.of(0.1, -1)],
    [10, { int32Data: [0x3c00, 0xc000] }, 'float16', Uint16Array.of(0x3c00, 0xc000)],
    [16, { int32Data: [0x3f80, 0] }, 'bfloat16', Uint16Array.of(0x3f80, 0)],
    [2, { int32Data: [0, 255] }, 'uint8', Uint8Array.of(0, 255)],
    [3, { int32Data: [-128, 127] }, 'int8', Int8Array.of(-128, 127)],
    [4, { int32Data: [0, 65535] }, 'uint16', Uint16Array.of(0, 65535)],
    [5, { int32Data: [-32768, 1] }, 'int16', Int16Array.of(-32768, 1)],
    [6, { int32Data: [-(2 ** 31), 1] }, 'int32', Int32Array.of(-(2 ** 31), 1)],
    [
      7,
      { int64Data: [-(2n ** 63n), 2n ** 63n - 1n] },
      'int64',
      BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
    ],
    [9, { int32Data: [0, 1] }, 'bool', Uint8Array.of(0, 1)],
    [12, { uint64Data: [0n, 2n ** 32n - 1n] }, 'uint32', Uint32Array.of(0, 2 ** 32 - 1)],
    [13, { uint64Data: [0n, 2n ** 64n - 1n] }, 'uint64', BigUint64Array.of(0n, 2n ** 64n - 1n)],
  ] as [number, TensorInit, DataType, TensorData][])(
    'element type %i is read',
    (dataType, content, dtype, data) => {
      const model = decodeModel(withTensor({ dataType, dims: [2n], ...content }));
      expect(model.graph.initializers.get('w')).toEqual({ dtype, dims: [2], data });
      expect(decodeModel(encodeModel(model)).graph.initializers.get('w')).toEqual({ dtype, dims: [2], data });
    },
  );

  test('bytes at any offset of a file read into a Buffer', () => {
    for (let padding = 0; padding < 8; padding++) {
      const raw = new Uint8Array(Float64Array.of(0.1, 0.2).buffer);
      const initializer = [{ name: 'w'.repeat(padding), dataType: 11, dims: [2n], rawData: raw }];
      const [tensor] = decodeModel(Buffer.from(modelBytes({ initializer }))).graph.initializers.values();
      expect(tensor?.data).toEqual(Float64Array.of(0.1, 0.2));
    }
  });

  test('external data is refused', () => {
    const externalData = [{ key: 'location', value: '../../etc/passwd' }];
    const hint =
      'Save the model as one file (in Python: onnx.save(model, path, save_as_external_data=False)).';
    const message = (file: string): string =>
      `Reading the ONNX model m.onnx: initializer "w" keeps its data in ${file}; external data is not read.`;
    expect(
      labErrorOf(() => decodeModel(withTensor({ dataType: 1, dataLocation: 1, externalData }), 'm.onnx')),
    ).toEqual({ code: 'ONNX_EXTERNAL_DATA', message: message('../../etc/passwd'), hint });
    expect(labErrorOf(() => decodeModel(withTensor({ dataType: 1, dataLocation: 1 }), 'm.onnx'))).toEqual({
      code: 'ONNX_EXTERNAL_DATA',
      message: message('another file'),
      hint,
    });
  });
});

describe('graphs', () => {
  const tensorType = (elemType: number, ...dimValues: bigint[]) => ({
    value: {
      case: 'tensorType' as const,
      value: {
        elemType,
        shape: { dim: dimValues.map((value) => ({ value: { case: 'dimValue' as const, value } })) },
      },
    },
  });

  test.each([
    [
      'initializer "w" is given twice',
      modelBytes({ initializer: [1, 2].map((v) => ({ name: 'w', dataType: 1, floatData: [v] })) }),
    ],
    [
      'node "n" (Op), attribute "axis" is given twice',
      withAttributes(...[1n, 2n].map((i) => ({ name: 'axis', type: 2, i }))),
    ],
    [
      'the operator set "" is given twice',
      modelBytes({}, { opsetImport: [{ version: 20n }, { domain: 'ai.onnx', version: 9n }] }),
    ],
  ])('%s', (message, bytes) => {
    expect(parseProblem(bytes)).toBe(message);
  });

  test.each([
    ['value "x" is not a tensor', modelBytes({ input: [{ name: 'x' }] })],
    [
      'value "x" has element type 8, which is not a number type',
      modelBytes({ output: [{ name: 'x', type: tensorType(8) }] }),
    ],
    [
      'the shape of value "x" has the integer 9223372036854775807; only those below 2^53 are read',
      modelBytes({ input: [{ name: 'x', type: tensorType(1, 2n ** 63n - 1n) }] }),
    ],
    ['graph "g" has sparse initializers', modelBytes({ name: 'g', sparseInitializer: [{}] })],
    [
      'it defines the function "F" of its own; only plain operations are read',
      modelBytes({}, { functions: [{ name: 'F' }] }),
    ],
    ['node "n" (Op), attribute "a" has type 0, which is not read', withAttributes({ name: 'a', i: 1n })],
    ['node "n" (Op), attribute "a" has type 11, which is not read', withAttributes({ name: 'a', type: 11 })],
    ['node "n" (Op), attribute "a" has type 4, which is not read', withAttributes({ name: 'a', type: 4 })],
    [
      'node "n" (Op), attribute "a" has the integer -9223372036854775808; only those below 2^53 are read',
      withAttributes({ name: 'a', type: 7, ints: [1n, -(2n ** 63n)] }),
    ],
    [
      'node "n" (Op), attribute "a" has element type 8, which is not a number type',
      withAttributes({ name: 'a', type: 4, t: { dataType: 8 } }),
    ],
  ])('%s', (message, bytes) => {
    expect(unsupportedProblem(bytes)).toBe(message);
  });

  test('sizes, symbols, unknown sizes and unknown ranks', () => {
    const dim = [
      { value: { case: 'dimParam' as const, value: 'N' } },
      {},
      { value: { case: 'dimValue' as const, value: -1n } },
    ];
    const { graph } = decodeModel(
      modelBytes({
        input: [
          { name: 'x', type: { value: { case: 'tensorType', value: { elemType: 1, shape: { dim } } } } },
          { name: 'y', type: { value: { case: 'tensorType', value: { elemType: 7 } } } },
        ],
        valueInfo: [
          { name: 'untyped' },
          { name: 'text', type: tensorType(8) },
          { name: 'v', type: tensorType(9, 2n) },
        ],
      }),
    );
    expect(graph.inputs).toEqual([
      { name: 'x', dtype: 'float32', shape: ['N', '', ''] },
      { name: 'y', dtype: 'int64' },
    ]);
    expect(graph.valueInfo).toEqual([{ name: 'v', dtype: 'bool', shape: [2] }]);
  });

  test('names of JavaScript are names like any other', () => {
    const { graph, metadata } = decodeModel(
      modelBytes(
        { node: [{ attribute: [{ name: '__proto__', type: 2, i: 1n }] }] },
        { metadataProps: [{ key: '__proto__', value: 'x' }] },
      ),
    );
    expect(Object.keys(graph.nodes[0]!.attributes)).toEqual(['__proto__']);
    expect(Object.keys(metadata)).toEqual(['__proto__']);
  });

  test('ai.onnx is the same domain as none', () => {
    const bytes = modelBytes(
      { node: [{ opType: 'Relu', domain: 'ai.onnx' }] },
      {
        opsetImport: [
          { domain: 'ai.onnx', version: 20n },
          { domain: 'com.microsoft', version: 1n },
        ],
      },
    );
    const model = decodeModel(bytes);
    expect(model.opsets).toEqual({ '': 20, 'com.microsoft': 1 });
    expect(model.graph.nodes[0]?.domain).toBe('');
  });
});

describe('readModel', () => {
  test('reads a file', async () => {
    const file = path.join(temporaryFolder(), 'small.onnx');
    await writeFile(file, small());
    expect(await readModel(file)).toEqual(decodeModel(small()));
  });

  test('names what cannot be read', async () => {
    const folder = temporaryFolder();
    const missing = path.join(folder, 'no.onnx');
    expect(await labErrorFrom(readModel(missing))).toEqual({
      code: 'SOURCE_NOT_FOUND',
      message: `Reading the ONNX model ${missing}: there is no such file.`,
    });
    await mkdir(path.join(folder, 'dir.onnx'));
    const pipe = path.join(folder, 'pipe.onnx');
    execFileSync('mkfifo', [pipe]);
    for (const name of [path.join(folder, 'dir.onnx'), pipe]) {
      expect(await labErrorFrom(readModel(name))).toEqual({
        code: 'SOURCE_UNREADABLE',
        message: `Reading the ONNX model ${name}: it is not a file.`,
      });
    }
    const below = path.join(folder, 'pipe.onnx', 'x.onnx');
    expect(await labErrorFrom(readModel(below))).toEqual({
      code: 'SOURCE_UNREADABLE',
      message: `Reading the ONNX model ${below}: ENOTDIR: not a directory, stat '${below}'.`,
    });
  });

  test('refuses a file over 2 GB before it reads it', async () => {
    const file = path.join(temporaryFolder(), 'large.onnx');
    const handle = await open(file, 'w');
    await handle.truncate(2 ** 31 + 1);
    await handle.close();
    expect(await labErrorFrom(readModel(file))).toEqual({
      code: 'ONNX_TOO_LARGE',
      message: `The ONNX model ${file} has 2147483649 bytes; an ONNX file holds at most 2147483647 (2 GB).`,
      hint: 'Use a smaller network, or store its weights as float16.',
    });
  });
});

test('checkModelSize takes up to 2^31 - 1 bytes', () => {
  checkModelSize(2 ** 31 - 1, 'm.onnx');
  expect(
    labErrorOf(() => {
      checkModelSize(2 ** 31, 'm.onnx');
    }).message,
  ).toBe('The ONNX model m.onnx has 2147483648 bytes; an ONNX file holds at most 2147483647 (2 GB).');
});
