/**
 * The data set of `vitrine demo`: drawn, not downloaded. It is an ImageFolder of mixed sizes and formats that
 * needs a network to solve, with the flaws that real collections have.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import { writeError } from '../base/atomic-file.ts';
import { CounterRandom } from '../base/random.ts';
import { DEMO_CLASSES, type DemoClass, demoSvg } from './demo-drawings.ts';
import { type ImageFormat, type Pixels, encodeImage, renderSvg } from './image.ts';
import { mapConcurrently } from './map-concurrently.ts';

/** Options of {@link makeDemoSet}. */
export interface DemoSetOptions {
  /** The same seed draws the same pictures. */
  readonly seed: number;
  /** Pictures drawn of each class, flaws included; 90 unless given, at least 10. */
  readonly perClass?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** What was drawn. Paths are relative to the folder, with forward slashes. */
export interface DemoSet {
  readonly folder: string;
  readonly classes: readonly string[];
  /** Files written. */
  readonly files: number;
  readonly planted: PlantedFlaws;
}

/** The flaws that a lab should find. */
export interface PlantedFlaws {
  /** A JPEG that ends in its middle. */
  readonly broken: readonly string[];
  /** Stored lying on their side, with an EXIF orientation that stands them up. */
  readonly rotated: readonly string[];
  /** Byte-for-byte copies within a class. */
  readonly duplicates: readonly { readonly path: string; readonly copyOf: string }[];
  /** Pictures that lie in the folder of another class. */
  readonly wrongLabels: readonly { readonly path: string; readonly shows: string }[];
}

/** One picture to draw. */
interface Plan {
  /** Counted from 0 among the pictures of what it shows. */
  readonly index: number;
  readonly shows: DemoClass;
  /** The folder it is put into: its label. */
  readonly label: DemoClass;
  readonly path: string;
  readonly format: ImageFormat;
}

/** The pictures of this number lie in the folder of another class, if these classes: the wrong labels. */
const WRONG_LABEL = { index: 3, labels: { fish: 'flower', house: 'balloon' } } as const;
/** The picture of each class that is stored lying on its side. */
const ROTATED_INDEX = 5;
/** The picture of each class that has a copy beside it. */
const COPIED_INDEX = 7;
/** The class of the broken file. */
const BROKEN_CLASS: DemoClass = 'flower';

/** How often each format comes, in percent, and the end of its files' names. */
const FORMATS: readonly { format: ImageFormat; extension: string; percent: number }[] = [
  { format: 'jpeg', extension: 'jpg', percent: 60 },
  { format: 'png', extension: 'png', percent: 16 },
  { format: 'webp', extension: 'webp', percent: 14 },
  { format: 'gif', extension: 'gif', percent: 5 },
  { format: 'bmp', extension: 'bmp', percent: 5 },
];

const DRAWN_AT_ONCE = 4;

/**
 * Draws the data set into `folder` (made when absent; files of the same names are replaced).
 *
 * @throws LabError `INVALID_ARGUMENT`, `CANCELLED`, `DISK_FULL`, `OUTPUT_UNWRITABLE`.
 */
export async function makeDemoSet(folder: string, options: DemoSetOptions): Promise<DemoSet> {
  const { seed, perClass = 90, signal, onProgress } = options;
  if (!Number.isInteger(perClass) || perClass < 10) {
    throw new LabError(
      'INVALID_ARGUMENT',
      `Drawing the demo data set: expected at least 10 pictures a class, got ${perClass}.`,
    );
  }
  const plans = DEMO_CLASSES.flatMap((shows) => planClass(seed, shows, perClass));
  await makeFolders(folder);
  const written = mapConcurrently(plans, DRAWN_AT_ONCE, async (plan) => {
    if (signal?.aborted) {
      throw new LabError('CANCELLED', `Drawing the demo data set into ${folder} was cancelled.`);
    }
    const bytes = await encodePicture(seed, plan);
    const paths = plan.index === COPIED_INDEX ? [plan.path, copyPath(plan.path)] : [plan.path];
    for (const relative of paths) await write(path.join(folder, relative), bytes);
    return paths.length;
  });
  let done = 0;
  let files = 0;
  for await (const count of written) {
    files += count;
    onProgress?.({ done: ++done, total: plans.length });
  }
  const broken = `${BROKEN_CLASS}/${BROKEN_CLASS}-broken.jpg`;
  await write(path.join(folder, broken), await brokenJpeg(seed));
  return { folder, classes: DEMO_CLASSES, files: files + 1, planted: plantedFlaws(plans, broken) };
}

function planClass(seed: number, shows: DemoClass, count: number): Plan[] {
  const random = new CounterRandom('demo-plan', seed, shows);
  const wrong: Partial<Record<DemoClass, DemoClass>> = WRONG_LABEL.labels;
  return Array.from({ length: count }, (_, index) => {
    const label = (index === WRONG_LABEL.index ? wrong[shows] : undefined) ?? shows;
    // Orientation is a matter of JPEG files.
    const { format, extension } = index === ROTATED_INDEX ? FORMATS[0]! : pickFormat(random);
    // The name gives nothing away: a wrongly labelled picture is numbered after its folder's own.
    const number = String(label === shows ? index : count).padStart(3, '0');
    return { index, shows, label, format, path: `${label}/${label}-${number}.${extension}` };
  });
}

function pickFormat(random: CounterRandom): (typeof FORMATS)[number] {
  let percent = random.integer(100);
  return FORMATS.find((entry) => (percent -= entry.percent) < 0)!;
}

function plantedFlaws(plans: readonly Plan[], broken: string): PlantedFlaws {
  return {
    broken: [broken],
    rotated: plans.filter((plan) => plan.index === ROTATED_INDEX).map((plan) => plan.path),
    duplicates: plans
      .filter((plan) => plan.index === COPIED_INDEX)
      .map((plan) => ({ path: copyPath(plan.path), copyOf: plan.path })),
    wrongLabels: plans
      .filter((plan) => plan.label !== plan.shows)
      .map((plan) => ({ path: plan.path, shows: plan.shows })),
  };
}

function copyPath(original: string): string {
  return original.replace(/\.\w+$/, (extension) => `-copy${extension}`);
}

/** The bytes of a planned picture's file. */
async function encodePicture(seed: number, plan: Plan): Promise<Uint8Array> {
  const pixels = await drawPicture(seed, plan.shows, plan.index);
  if (plan.index !== ROTATED_INDEX) return encodeImage(pixels, plan.format, { quality: 88 });
  // EXIF orientation 6 says: turn me clockwise by 90°.
  return encodeImage(turnLeft(pixels), plan.format, { quality: 88, orientation: 6 });
}

/** The first half of a JPEG file, as an interrupted download leaves it. */
async function brokenJpeg(seed: number): Promise<Uint8Array> {
  const bytes = await encodeImage(await drawPicture(seed, BROKEN_CLASS, -1), 'jpeg');
  return bytes.subarray(0, bytes.length >> 1);
}

/** Draws one picture of 96 to 400 pixels a side, with a grain as of a sensor. */
async function drawPicture(seed: number, shows: DemoClass, index: number): Promise<Pixels> {
  const random = new CounterRandom('demo-picture', seed, shows, index);
  const width = 96 + random.integer(305);
  const height = Math.min(400, Math.max(96, Math.round(width * random.between(0.7, 1.4))));
  const pixels = await renderSvg(demoSvg(shows, random, width, height));
  addGrain(pixels.data, random.integer(12), random);
  return pixels;
}

/** Values of a grain's table; it is long enough for its repetition not to show. */
const GRAIN_LENGTH = 8191;

/** Moves every byte by up to `amplitude` either way, kept within 0 … 255. */
function addGrain(data: Uint8Array, amplitude: number, random: CounterRandom): void {
  const span = 2 * amplitude + 1;
  const moves = Int8Array.from({ length: GRAIN_LENGTH }, () => random.integer(span) - amplitude);
  for (let at = 0; at < data.length; at++) {
    data[at] = Math.min(255, Math.max(0, data[at]! + moves[at % GRAIN_LENGTH]!));
  }
}

/** The picture turned anticlockwise by 90°. */
function turnLeft({ width, height, data }: Pixels): Pixels {
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      turned.set(data.subarray(from, from + 3), ((width - 1 - x) * height + y) * 3);
    }
  }
  return { width: height, height: width, data: turned };
}

async function makeFolders(folder: string): Promise<void> {
  for (const name of DEMO_CLASSES) {
    const full = path.join(folder, name);
    await mkdir(full, { recursive: true }).catch((error: unknown) => {
      throw writeError(full, error);
    });
  }
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  await writeFile(file, bytes).catch((error: unknown) => {
    throw writeError(file, error);
  });
}
