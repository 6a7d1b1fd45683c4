/** The features of 512 images by a frozen ResNet18 beside PyTorch's: `npm run bench -- features`. */
import { architectureOf } from '../src-main/models/index.ts';
import { initialState, networkState } from '../src-main/models/state.ts';
import { bindInitializers, specialise } from '../src-main/onnx/edit.ts';
import { createSession } from '../src-main/runtime/session.ts';
import { buildArtifacts } from '../src-main/training/artifacts.ts';
import { optimizerDefaults } from '../src-main/training/optimizers/index.ts';
import { IMAGENET, median, measurePairs, noise, ratios, THREADS, type BenchResult } from './common.ts';
import { startTorch } from './torch.ts';

const IMAGES = 512;
const BATCH = 32;
const SIZE = 224;

/** Measures against both of PyTorch's memory layouts. */
export async function run(): Promise<BenchResult[]> {
  const torch = startTorch();
  const ours = await extractor();
  const results: BenchResult[] = [];
  for (const channelsLast of [false, true]) {
    const request = {
      subject: 'features',
      imageSize: SIZE,
      images: IMAGES,
      batchSize: BATCH,
      threads: THREADS,
      channelsLast,
    };
    const measured = await measurePairs(5, ours, () => torch.time(request));
    results.push({
      name: `features of ${IMAGES} images, ResNet18, ${SIZE}², PyTorch ${channelsLast ? 'channels-last' : 'contiguous'}`,
      ours: `${(IMAGES / median(measured.ours)).toFixed(1)} images/s`,
      theirs: `${(IMAGES / median(measured.theirs)).toFixed(1)} images/s`,
      ratio: ratios(measured),
    });
  }
  torch.close();
  return results;
}

async function extractor(): Promise<() => Promise<number>> {
  const architecture = architectureOf('resnet18');
  const { features } = buildArtifacts({
    architecture,
    classes: 10,
    imageSize: SIZE,
    normalization: IMAGENET,
    trainable: 'head',
    input: 'features',
    loss: {},
    optimizer: optimizerDefaults('sgd'),
  });
  const bound = bindInitializers(features, initialState(networkState(architecture, 10, 224), 0));
  const session = await createSession(specialise(bound, { N: BATCH }), { threads: THREADS });
  const images = noise(BATCH, SIZE);
  return async () => {
    const started = performance.now();
    for (let done = 0; done < IMAGES; done += BATCH) await session.run(new Map([['images', images]]));
    return (performance.now() - started) / 1000;
  };
}
