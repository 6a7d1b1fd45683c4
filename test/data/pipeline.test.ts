import { describe, expect, test } from 'vitest';
import { cropPixels, encodeImage, filledPixels, resizePixels } from '../../src-main/data/image.ts';
import { createPipeline, pipelineSchema, renderPixels, renderSample } from '../../src-main/data/pipeline.ts';
import { uniform } from '../helpers/seeded.ts';
import { labErrorFrom } from '../helpers/lab-errors.ts';

function noise(width: number, height: number): ReturnType<typeof filledPixels> {
  const pixels = filledPixels(width, height, [0, 0, 0]);
  uniform('pipeline', pixels.data.length).forEach((u, at) => (pixels.data[at] = 128 + 127 * u));
  return pixels;
}

const KEY = { augment: true, seed: 1, epoch: 2, key: 3 } as const;

describe('createPipeline', () => {
  test('resizes the short side to 1.15 × the size and crops the centre', () => {
    expect(createPipeline({ imageSize: 96 })).toEqual({
      imageSize: 96,
      transforms: [
        { name: 'resize', size: 110, interpolation: 'bilinear' },
        { name: 'center-crop', size: 96 },
      ],
      augmentations: [],
    });
  });

  test('stretches when asked, with the chosen filter everywhere', () => {
    const pipeline = createPipeline({
      imageSize: 8,
      resize: 'stretch',
      interpolation: 'bicubic',
      augment: 'crop-flip',
    });
    expect(pipeline.transforms).toEqual([
      { name: 'exact-resize', width: 8, height: 8, interpolation: 'bicubic' },
    ]);
    expect(pipeline.augmentations).toEqual([
      {
        name: 'random-resized-crop',
        size: 8,
        scale: [0.5, 1],
        ratio: [3 / 4, 4 / 3],
        interpolation: 'bicubic',
      },
      { name: 'horizontal-flip', p: 0.5 },
    ]);
  });

  test('survives JSON', () => {
    const pipeline = createPipeline({ imageSize: 32, augment: 'color' });
    expect(pipelineSchema.parse(JSON.parse(JSON.stringify(pipeline)))).toEqual(pipeline);
  });
});

describe('renderSample', () => {
  test('evaluation is resize, then centre crop', async () => {
    const source = noise(50, 40);
    const pipeline = createPipeline({ imageSize: 20, augment: 'color' });
    const bytes = await encodeImage(source, 'png');
    const resized = resizePixels(source, 28, 23);
    // 28 − 20 leaves 4 on either side; 23 − 20 leaves 1.5, rounded to the even 2.
    const expected = cropPixels(resized, { left: 4, top: 2, width: 20, height: 20 });
    expect(await renderSample(bytes, pipeline, { augment: false })).toEqual(expected);
  });

  test('a picture of the final size is left as it is', async () => {
    const source = noise(20, 20);
    const bytes = await encodeImage(source, 'png');
    const plain = createPipeline({ imageSize: 20, augment: 'pad-crop-flip' });
    expect((await renderSample(bytes, plain, { augment: false })).data).toEqual(source.data);
    const always = pipelineSchema.parse({
      ...plain,
      augmentations: [{ name: 'pad-random-crop', size: 20 }],
    });
    expect(renderPixels(source, always, KEY).data).toEqual(source.data);
  });

  test.each(['none', 'crop-flip', 'pad-crop-flip', 'color'] as const)(
    'augmentation %s gives the final size, the same pixels for the same key and others for another',
    (augment) => {
      const source = noise(50, 40);
      const pipeline = createPipeline({ imageSize: 20, augment });
      const render = (key: object): unknown => renderPixels(source, pipeline, { ...KEY, ...key });
      expect(render({})).toMatchObject({ width: 20, height: 20 });
      expect(render({})).toEqual(render({}));
      if (augment === 'none') return;
      expect(render({ epoch: 3 })).not.toEqual(render({}));
      expect(render({ seed: 2 })).not.toEqual(render({}));
      expect(render({ key: 4 })).not.toEqual(render({}));
    },
  );

  test('random resized crops work on the decoded picture: they reach what the centre crop cuts off', () => {
    const wide = filledPixels(200, 50, [0, 0, 0]);
    for (let y = 0; y < 50; y++) wide.data.fill(255, y * 600, y * 600 + 60);
    const pipeline = createPipeline({ imageSize: 16, augment: 'crop-flip' });
    expect(Math.max(...renderPixels(wide, pipeline, { augment: false }).data)).toBe(0);
    const whole = pipelineSchema.parse({
      ...pipeline,
      augmentations: [{ name: 'random-resized-crop', size: 16, scale: [1, 1], ratio: [4, 4] }],
    });
    expect(Math.max(...renderPixels(wide, whole, KEY).data)).toBe(255);
  });

  test('a pipeline that ends at another size is refused', async () => {
    const bytes = await encodeImage(noise(50, 40), 'png');
    const pipeline = pipelineSchema.parse({
      imageSize: 20,
      transforms: [{ name: 'resize', size: 20 }],
      augmentations: [],
    });
    expect(await labErrorFrom(renderSample(bytes, pipeline, { augment: false }))).toEqual({
      code: 'INVALID_ARGUMENT',
      message: 'The pixel pipeline ends at 25 × 20, but the image size is 20 × 20.',
      hint: 'End the transforms with a center-crop or exact-resize to the image size.',
    });
  });
});
