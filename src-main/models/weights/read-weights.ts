/** Weights from any file we know, recognised by its content and not by its name. */
import type { FloatTensor, Tensor } from '../../onnx/tensor.ts';
import { readPyTorch, type NotedWeights } from './pytorch.ts';
import { readSafetensors } from './safetensors.ts';
import { toFloat32 } from './to-float32.ts';
import { WeightsFile, weightsError } from './weights-file.ts';

/** Weights as training uses them. */
export interface FloatWeights {
  readonly tensors: Map<string, FloatTensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** What a user should know about how the weights were found, as sentences without a full stop. */
  readonly notes: readonly string[];
}

/** What wrappers put before every name: `DataParallel`, and `torch.compile`. */
const WRAPPERS = ['module.', '_orig_mod.'];

/** `torch.save` before PyTorch 1.6 began with this number as a pickle of protocol 2. */
const LEGACY_MAGIC = Buffer.from('80028a0a6cfc9c46f9206aa85019', 'hex');

/** Files that are often taken for weights: how they begin, what they are and what to do. */
const STRANGERS: readonly (readonly [start: Buffer, what: string, hint: string])[] = [
  [
    LEGACY_MAGIC,
    'it was saved by PyTorch in the format before version 1.6',
    "Convert it in Python: torch.save(torch.load('old.pth', map_location='cpu'), 'new.pth')",
  ],
  [
    Buffer.from('version https://git-lfs'),
    'it is a Git LFS pointer, not the file itself',
    'Fetch the file with `git lfs pull`.',
  ],
  [
    Buffer.from('<'),
    'it is a web page, not the file itself',
    'Download the file again, with the link of the file and not of its page.',
  ],
];

/** A safetensors header is an object, which begins after the 8-byte length. */
const SAFETENSORS_START = 8;
const BRACE = 0x7b;
const ZIP_MAGIC = Buffer.from('PK\x03\x04', 'latin1');

/**
 * Reads safetensors or PyTorch weights as float32. Prefixes that wrappers put before every name are taken off.
 *
 * @throws LabError WEIGHTS_NOT_FOUND, WEIGHTS_FORBIDDEN_GLOBAL, or WEIGHTS_PARSE with what the file is instead.
 */
export async function readWeights(path: string): Promise<FloatWeights> {
  const { tensors, metadata, notes } = await readAny(path);
  const wrapper = WRAPPERS.find((prefix) => [...tensors.keys()].every((name) => name.startsWith(prefix)));
  const stripped = tensors.size > 0 && wrapper !== undefined ? wrapper : '';
  return {
    tensors: convert(tensors, stripped.length),
    metadata,
    notes: stripped === '' ? notes : [...notes, `'${stripped}' taken off every name`],
  };
}

function convert(tensors: ReadonlyMap<string, Tensor>, prefixLength: number): Map<string, FloatTensor> {
  return new Map([...tensors].map(([name, tensor]) => [name.slice(prefixLength), toFloat32(tensor)]));
}

async function readAny(path: string): Promise<NotedWeights> {
  const start = await WeightsFile.use(path, async (file) =>
    Buffer.from(await file.read(0, Math.min(file.size, 64))),
  );
  if (startsWith(start, ZIP_MAGIC)) return readPyTorch(path);
  const stranger = STRANGERS.find(([magic]) => startsWith(start, magic));
  // A length byte of a safetensors header may happen to be a '<'.
  if (start[SAFETENSORS_START] === BRACE) return { ...(await readSafetensors(path)), notes: [] };
  if (stranger !== undefined) throw weightsError(path, stranger[1], stranger[2]);
  throw weightsError(
    path,
    start.length === 0 ? 'it is empty' : 'it is neither a safetensors file nor one that torch.save wrote',
    'Give a .safetensors file, or a .pth file of a state_dict.',
  );
}

function startsWith(bytes: Buffer, magic: Buffer): boolean {
  return bytes.subarray(0, magic.length).equals(magic);
}
