/** PyTorch's files of weights, as `torch.save` writes them since version 1.6. Nothing in them is executed. */
import { unpickle } from '../../base/pickle.ts';
import { bytesPerElement, elementCount, fromBytes, type Tensor } from '../../onnx/tensor.ts';
import { TorchArchive } from './torch-archive.ts';
import { gather, storageOf, TORCH_GLOBALS, TorchTensor, type TorchStorage } from './torch-tensors.ts';
import { WeightsFile, weightsError } from './weights-file.ts';
import type { Weights } from './weights.ts';

/** The state_dict's key in a training checkpoint, in the order they are looked for. */
const NESTED = ['state_dict', 'model_state_dict', 'model_state', 'model', 'net'];

/** Describes even huge networks; the numbers lie beside it. */
const MAX_PICKLE_BYTES = 64 * 2 ** 20;

/** An expanded or shared view may take more than the file; a lying one may not take all the memory. */
const EXPANSION = 8;
const ALWAYS_ALLOWED_BYTES = 64 * 2 ** 20;

/** Weights, and what a user should know about how they were found. */
export interface NotedWeights extends Weights {
  readonly notes: readonly string[];
}

/**
 * Reads a PyTorch file, element types kept: a state_dict, or a checkpoint with one inside.
 *
 * @throws LabError WEIGHTS_NOT_FOUND; WEIGHTS_FORBIDDEN_GLOBAL naming what the pickle would call; or WEIGHTS_PARSE.
 */
export async function readPyTorch(path: string): Promise<NotedWeights> {
  return WeightsFile.use(path, async (file) => {
    const archive = await TorchArchive.open(file);
    await checkByteOrder(path, archive);
    const { state, notes } = findState(path, await readPickle(path, archive));
    const views = [...state].filter(
      (entry): entry is [string, TorchTensor] =>
        typeof entry[0] === 'string' && entry[1] instanceof TorchTensor,
    );
    const others = state.size - views.length;
    if (others > 0) notes.push(`entries left out that are no tensors: ${others}`);
    checkMemory(file, views);
    return { tensors: await materialise(path, archive, views), metadata: {}, notes };
  });
}

async function checkByteOrder(path: string, archive: TorchArchive): Promise<void> {
  if (!archive.has('byteorder')) return;
  const order = new TextDecoder().decode(await archive.read('byteorder')).trim();
  if (order !== 'little') {
    throw weightsError(
      path,
      `its numbers are ${order}-endian, and only little-endian files are read`,
      'Load it with torch.load on a common machine and save it again.',
    );
  }
}

async function readPickle(path: string, archive: TorchArchive): Promise<unknown> {
  const size = archive.sizeOf('data.pkl') ?? 0;
  if (size > MAX_PICKLE_BYTES) {
    throw weightsError(path, `its pickle has ${size} bytes, over the limit of ${MAX_PICKLE_BYTES}`);
  }
  return unpickle(await archive.read('data.pkl'), {
    source: `Reading weights from ${path} failed`,
    globals: TORCH_GLOBALS,
    persistentLoad: storageOf,
  });
}

type State = ReadonlyMap<unknown, unknown>;

function holdsTensors(value: unknown): value is State {
  return value instanceof Map && [...value.values()].some((item) => item instanceof TorchTensor);
}

function findState(path: string, root: unknown): { state: State; notes: string[] } {
  if (root instanceof Map) {
    const key = NESTED.find((name) => holdsTensors(root.get(name)));
    if (key !== undefined)
      return { state: root.get(key) as State, notes: [`taken from '${key}' of the file`] };
    if (holdsTensors(root)) return { state: root, notes: [] };
  }
  throw weightsError(
    path,
    `expected a state_dict, got ${describe(root)}`,
    'Load it in Python and save the model.state_dict() with torch.save.',
  );
}

function describe(value: unknown): string {
  if (value instanceof TorchTensor) return `a single tensor of shape [${value.dims.join(', ')}]`;
  if (value instanceof Map) {
    const keys = [...value.keys()].filter((key) => typeof key === 'string').slice(0, 10);
    return keys.length === 0 ? 'an empty dict' : `a dict without tensors (keys: ${keys.join(', ')})`;
  }
  return Array.isArray(value) ? 'a list' : 'a single value';
}

function checkMemory(file: WeightsFile, views: readonly (readonly [string, TorchTensor])[]): void {
  const total = views.reduce(
    (sum, [, { dims, storage }]) => sum + elementCount(dims) * bytesPerElement(storage.dtype),
    0,
  );
  if (total <= Math.max(ALWAYS_ALLOWED_BYTES, EXPANSION * file.size)) return;
  throw weightsError(file.path, `its tensors would take ${total} bytes, but the file has only ${file.size}`);
}

/** Copies the views out of their storages, each storage read once. */
async function materialise(
  path: string,
  archive: TorchArchive,
  views: readonly (readonly [string, TorchTensor])[],
): Promise<Map<string, Tensor>> {
  const storages = new Map<string, Uint8Array>();
  const tensors = new Map<string, Tensor>();
  for (const [name, view] of views) {
    const { storage } = view;
    const bytes = storages.get(storage.key) ?? (await archive.read(`data/${storage.key}`));
    storages.set(storage.key, bytes);
    checkSize(path, name, storage, bytes.length);
    const data = gather(view, fromBytes(storage.dtype, bytes));
    tensors.set(name, { dtype: storage.dtype, dims: view.dims, data });
  }
  return tensors;
}

function checkSize(path: string, name: string, { key, dtype, elements }: TorchStorage, bytes: number): void {
  const expected = elements * bytesPerElement(dtype);
  if (bytes === expected) return;
  throw weightsError(
    path,
    `tensor ${name}: its storage data/${key} has ${bytes} bytes, but ${elements} elements of ${dtype} take ${expected}`,
  );
}
