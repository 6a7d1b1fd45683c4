import type { Interpolation } from '../../data/image.ts';
import type { TransformSpec } from '../../data/transforms/index.ts';
import { literalList, type Snippet, type SnippetFacts } from './snippet.ts';

/** A program for Node.js with onnxruntime-node and sharp, with the lab's own arithmetic of resampling. */
export function javascriptSnippet(facts: SnippetFacts): Snippet {
  const { model, classes, pipeline } = facts;
  const interpolations = pipeline.transforms.flatMap((spec) =>
    'interpolation' in spec ? [spec.interpolation] : [],
  );
  const text = `// Says what is in pictures: node classify.mjs PICTURE...
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';

const MODEL = ${JSON.stringify(model)};
const SIZE = ${pipeline.imageSize};
const CLASSES = ${literalList(classes)};

/** The picture upright, in sRGB, over white: three bytes a pixel. In a browser a canvas gives the same. */
async function decode(file) {
  const { data, info } = await sharp(file)
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** The picture as the network was trained to see it: SIZE x SIZE. */
function prepare(picture) {
  if (picture.width === SIZE && picture.height === SIZE) return picture;
${pipeline.transforms.map(transformLine).join('\n')}
  return picture;
}
${interpolations.length === 0 ? '' : resizing(interpolations[0]!)}
/** The middle of a picture. */
function centerCrop({ width, height, data }, size) {
  const margin = (side) => {
    const half = (side - size) / 2;
    return Number.isInteger(half) ? half : 2 * Math.round(half / 2);
  };
  const [left, top] = [margin(width), margin(height)];
  const middle = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    const start = ((top + y) * width + left) * 3;
    middle.set(data.subarray(start, start + size * 3), y * size * 3);
  }
  return { width: size, height: size, data: middle };
}

/** What the model takes. */
function tensorOf({ data }) {
${tensorLines(facts)}
}

/** The probability of every class. */
async function classify(session, file) {
  const feeds = { [session.inputNames[0]]: tensorOf(prepare(await decode(file))) };
  const { logits } = await session.run(feeds);
  const powers = Array.from(logits.data, (logit) => Math.exp(logit - Math.max(...logits.data)));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

const session = await ort.InferenceSession.create(MODEL);
for (const file of process.argv.slice(2)) {
  const probabilities = await classify(session, file);
  const ranked = CLASSES.map((name, index) => ({ name, probability: probabilities[index] }));
  console.log(file);
  for (const { name, probability } of ranked.sort((a, b) => b.probability - a.probability).slice(0, 5)) {
    console.log(\`  \${probability.toFixed(6)}  \${name}\`);
  }
}
`;
  return { name: 'classify.mjs', text, install: 'npm install onnxruntime-node sharp' };
}

function transformLine(spec: TransformSpec): string {
  switch (spec.name) {
    case 'resize':
      return `  const short = Math.min(picture.width, picture.height);
  const side = (length) => (length === short ? ${spec.size} : Math.trunc((${spec.size} * length) / short));
  picture = resize(picture, side(picture.width), side(picture.height));`;
    case 'exact-resize':
      return `  picture = resize(picture, ${spec.width}, ${spec.height});`;
    case 'center-crop':
      return `  picture = centerCrop(picture, ${spec.size});`;
  }
}

/** Half widths and formulas of Pillow's filters. */
const KERNELS: Readonly<Record<Exclude<Interpolation, 'nearest'>, readonly [number, string]>> = {
  bilinear: [1, '(x) => Math.max(0, 1 - Math.abs(x))'],
  bicubic: [
    2,
    `(x) => {
  const d = Math.abs(x);
  if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
  return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
}`,
  ],
  lanczos: [
    3,
    `(x) => {
  const sinc = (t) => (t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t));
  return Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
}`,
  ],
};

function resizing(interpolation: Interpolation): string {
  return `
/** Resized as Pillow does it: across first, then down, each rounded to bytes. */
function resize({ width, height, data }, toWidth, toHeight) {
  const narrow = resample(data, { lines: height, from: width, to: toWidth, along: 3, across: [3 * width, 3 * toWidth] });
  const small = resample(narrow, { lines: toWidth, from: height, to: toHeight, along: 3 * toWidth, across: [3, 3] });
  return { width: toWidth, height: toHeight, data: small };
}

${interpolation === 'nearest' ? NEAREST : filtering(...KERNELS[interpolation])}
/** One axis. Every pixel is a weighted mean of those that it covers. */
function resample(data, { lines, from, to, along, across }) {
  const result = new Uint8ClampedArray(lines * to * 3);
  for (let place = 0; place < to; place++) {
    const { first, weights } = tapsOf(place, from / to, from);
    for (let line = 0; line < lines; line++) {
      for (let channel = 0; channel < 3; channel++) {
        const start = line * across[0] + first * along + channel;
        const mean = weights.reduce((sum, weight, tap) => sum + weight * data[start + tap * along], 0);
        result[line * across[1] + place * along + channel] = Math.floor(mean + 0.5);
      }
    }
  }
  return result;
}
`;
}

const NEAREST = `/** The pixel that a pixel shows. Pillow adds up its steps, roundings included. */
function tapsOf(place, scale) {
  let centre = scale / 2;
  for (let step = 0; step < place; step++) centre += scale;
  return { first: Math.floor(centre), weights: [1] };
}
`;

function filtering(support: number, kernel: string): string {
  return `const kernel = ${kernel};

/** The pixels that a pixel covers, and how much of each. */
function tapsOf(place, scale, length) {
  const stretch = Math.max(scale, 1);
  const centre = (place + 0.5) * scale;
  const first = Math.max(Math.trunc(centre - ${support} * stretch + 0.5), 0);
  const end = Math.min(Math.trunc(centre + ${support} * stretch + 0.5), length);
  const heights = Array.from({ length: end - first }, (_, tap) => kernel((first + tap - centre + 0.5) / stretch));
  const sum = heights.reduce((a, b) => a + b);
  return { first, weights: heights.map((height) => height / sum) };
}
`;
}

function tensorLines({ input, normalization }: SnippetFacts): string {
  if (input === 'image') return "  return new ort.Tensor('uint8', new Uint8Array(data), [1, SIZE, SIZE, 3]);";
  const [mean, std] = [normalization.mean, normalization.std].map((values) => values.join(', '));
  return `  const [mean, deviation] = [[${mean}], [${std}]];
  const planes = new Float32Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const channel = at % 3;
    planes[channel * SIZE * SIZE + (at - channel) / 3] = (data[at] / 255 - mean[channel]) / deviation[channel];
  }
  return new ort.Tensor('float32', planes, [1, 3, SIZE, SIZE]);`;
}
