/** A lab with many samples, made without importing as many files: they share some drawn pictures. */
import { createHash } from 'node:crypto';
import { CounterRandom } from '../../src-main/base/random.ts';
import { DEMO_CLASSES, demoSvg } from '../../src-main/data/demo-drawings.ts';
import { encodeImage, renderSvg } from '../../src-main/data/image.ts';
import { LabStore, SPLITS, type Content } from '../../src-main/data/store/index.ts';

const SIZE = 96;

/**
 * Makes a data set `big` in a lab.
 *
 * @param pictures distinct ones; the samples refer to them in turn
 */
export async function makeBigLab(folder: string, samples: number, pictures: number): Promise<void> {
  using store = LabStore.open(folder);
  const contents = await drawContents(store, pictures);
  store.addSamples(
    'big',
    Array.from({ length: samples }, (_, at) => ({
      path: `/pictures/${at}.png`,
      className: DEMO_CLASSES[at % DEMO_CLASSES.length]!,
      split: SPLITS[at % SPLITS.length]!,
      content: contents[at % pictures]!,
    })),
  );
}

async function drawContents(store: LabStore, count: number): Promise<Content[]> {
  const staging = await store.stageContents();
  const contents: Content[] = [];
  for (let at = 0; at < count; at++) {
    const name = DEMO_CLASSES[at % DEMO_CLASSES.length]!;
    const pixels = await renderSvg(demoSvg(name, new CounterRandom('big-lab', at), SIZE, SIZE));
    const bytes = await encodeImage(pixels, 'png');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await staging.add(sha256, 'png', bytes);
    contents.push({ sha256, size: bytes.length, width: SIZE, height: SIZE, format: 'png', stored: 'png' });
  }
  await staging.land();
  return contents;
}
