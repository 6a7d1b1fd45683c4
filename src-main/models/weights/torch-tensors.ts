/**
 * PyTorch's tensors as a pickle describes them: a view (offset, sizes, strides, all in elements) of a storage
 * whose bytes lie beside the pickle.
 */
import type { PickleFunction, PickleGlobal } from '../../base/pickle.ts';
import { allocate, elementCount, type DataType, type TensorData } from '../../onnx/tensor.ts';

/** The storages that PyTorch names, by their element type. */
const STORAGE_TYPES: Readonly<Record<string, DataType>> = {
  'torch.DoubleStorage': 'float64',
  'torch.FloatStorage': 'float32',
  'torch.HalfStorage': 'float16',
  'torch.BFloat16Storage': 'bfloat16',
  'torch.LongStorage': 'int64',
  'torch.IntStorage': 'int32',
  'torch.ShortStorage': 'int16',
  'torch.CharStorage': 'int8',
  'torch.ByteStorage': 'uint8',
  'torch.BoolStorage': 'bool',
};

/** PyTorch's own limit is 64. */
const MAX_RANK = 64;

/** A storage: an entry of the archive that several tensors may share. */
export interface TorchStorage {
  /** The entry is `data/<key>`. */
  readonly key: string;
  readonly dtype: DataType;
  readonly elements: number;
}

/** A tensor as a view of a storage; offset and strides count elements. */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly dims: readonly number[];
  readonly strides: readonly number[];

  /** @throws TypeError when the arguments are no view inside the storage. */
  constructor(storage: unknown, offset: unknown, dims: unknown, strides: unknown) {
    if (!isStorage(storage)) throw new TypeError('its storage is none');
    if (!isCount(offset) || !isCounts(dims) || !isCounts(strides) || dims.length !== strides.length) {
      throw new TypeError('its offset, sizes and strides are no counts');
    }
    const last = dims.reduce((at, dim, axis) => at + (dim - 1) * strides[axis]!, offset);
    if (elementCount(dims) > 0 && last >= storage.elements) {
      throw new TypeError(`its last element is number ${last} of a storage of ${storage.elements}`);
    }
    this.storage = storage;
    this.offset = offset;
    this.dims = dims;
    this.strides = strides;
  }
}

/** The globals that a state_dict and the usual checkpoint around it need, and what stands for them. */
export const TORCH_GLOBALS: ReadonlyMap<string, PickleFunction> = new Map<string, PickleFunction>([
  ['collections.OrderedDict', orderedDict],
  ['torch._utils._rebuild_tensor', (...view) => rebuild(view)],
  ['torch._utils._rebuild_tensor_v2', (...view) => rebuild(view)],
  ['torch._utils._rebuild_parameter', (data) => data],
  ['torch.Size', (dims) => dims],
  ['torch.device', (...device) => device.join(':')],
  ...Object.keys(STORAGE_TYPES).map((name) => [name, null] as const),
]);

function rebuild([storage, offset, dims, strides]: readonly unknown[]): TorchTensor {
  return new TorchTensor(storage, offset, dims, strides);
}

/** PyTorch pickles an OrderedDict as empty and adds its items afterwards, Python 2 as a list of pairs. */
function orderedDict(pairs: unknown = []): Map<unknown, unknown> {
  return new Map(pairs as Iterable<[unknown, unknown]>);
}

/**
 * The storage of a persistent id: `('storage', <type>, key, device, elements)`.
 *
 * @throws TypeError when the id is another one.
 */
export function storageOf(id: unknown): TorchStorage {
  if (!Array.isArray(id)) throw new TypeError('it is no tuple');
  const [kind, type, key, , elements] = id as unknown[];
  const dtype = STORAGE_TYPES[(type as PickleGlobal | undefined)?.name ?? ''];
  if (kind !== 'storage' || dtype === undefined || typeof key !== 'string' || !isCount(elements)) {
    throw new TypeError('it names no storage that is known');
  }
  return { key, dtype, elements };
}

/**
 * The elements of a view in row-major order, in memory of their own.
 *
 * @param elements those of the whole storage.
 */
export function gather(view: TorchTensor, elements: TensorData): TensorData {
  const count = elementCount(view.dims);
  if (isContiguous(view)) return elements.slice(view.offset, view.offset + count);
  const result = allocate(view.storage.dtype, count);
  const index = new Array<number>(view.dims.length).fill(0);
  let from = view.offset;
  for (let to = 0; to < count; to++) {
    result[to] = elements[from]!;
    from += advance(index, view);
  }
  return result;
}

/** Moves an index to the next element in row-major order, and gives the distance in the storage. */
function advance(index: number[], { dims, strides }: TorchTensor): number {
  let distance = 0;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    index[axis]! += 1;
    distance += strides[axis]!;
    if (index[axis]! < dims[axis]!) break;
    distance -= dims[axis]! * strides[axis]!;
    index[axis] = 0;
  }
  return distance;
}

function isContiguous({ dims, strides }: TorchTensor): boolean {
  let expected = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    if (dims[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= dims[axis]!;
  }
  return true;
}

function isStorage(value: unknown): value is TorchStorage {
  return typeof value === 'object' && value !== null && 'elements' in value && 'key' in value;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= MAX_RANK && value.every(isCount);
}
