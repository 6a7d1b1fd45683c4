import type { Interpolation } from '../../data/image.ts';
import type { TransformSpec } from '../../data/transforms/index.ts';
import { literalList, type Snippet, type SnippetFacts } from './snippet.ts';

/** A program for Python with onnxruntime, NumPy and Pillow, whose arithmetic the lab's resampling has. */
export function pythonSnippet(facts: SnippetFacts): Snippet {
  const { model, classes, pipeline } = facts;
  const text = `"""Says what is in pictures: python classify.py PICTURE..."""
import io
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageCms, ImageOps

MODEL = ${JSON.stringify(model)}
SIZE = ${pipeline.imageSize}
CLASSES = ${literalList(classes)}


def decode(path):
    """The picture upright, in sRGB, over white."""
    picture = Image.open(path)
    profile = picture.info.get("icc_profile")
    picture = ImageOps.exif_transpose(picture)
    if "A" in picture.getbands() or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    picture = picture.convert("RGB")
    if profile:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() == "RGB":
            picture = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"))
    return picture


def prepare(picture):
    """The picture as the network was trained to see it: uint8 [SIZE, SIZE, 3]."""
    if picture.size != (SIZE, SIZE):
${pipeline.transforms.map(transformLines).join('\n')}
    return np.asarray(picture)


def classify(paths):
    """The probabilities of every class for every picture."""
    session = onnxruntime.InferenceSession(MODEL)
    pixels = np.stack([prepare(decode(path)) for path in paths])
${feedLines(facts)}
    (logits,) = session.run(["logits"], {session.get_inputs()[0].name: feed})
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


if __name__ == "__main__":
    for path, probabilities in zip(sys.argv[1:], classify(sys.argv[1:])):
        print(path)
        for index in np.argsort(-probabilities, kind="stable")[:5]:
            print(f"  {probabilities[index]:.6f}  {CLASSES[index]}")
`;
  return { name: 'classify.py', text, install: 'pip install onnxruntime numpy pillow' };
}

const FILTERS: Readonly<Record<Interpolation, string>> = {
  nearest: 'NEAREST',
  bilinear: 'BILINEAR',
  bicubic: 'BICUBIC',
  lanczos: 'LANCZOS',
};

function transformLines(spec: TransformSpec): string {
  switch (spec.name) {
    case 'resize':
      return `        short = min(picture.size)
        sides = [${spec.size} if side == short else ${spec.size} * side // short for side in picture.size]
        picture = picture.resize(sides, Image.${FILTERS[spec.interpolation]})`;
    case 'exact-resize':
      return `        picture = picture.resize((${spec.width}, ${spec.height}), Image.${FILTERS[spec.interpolation]})`;
    case 'center-crop':
      return `        left, top = (round((side - ${spec.size}) / 2) for side in picture.size)
        picture = picture.crop((left, top, left + ${spec.size}, top + ${spec.size}))`;
  }
}

function feedLines({ input, normalization }: SnippetFacts): string {
  if (input === 'image') return '    feed = pixels';
  const [mean, std] = [normalization.mean, normalization.std].map((values) => values.join(', '));
  return `    feed = (pixels / 255 - [${mean}]) / [${std}]
    feed = feed.transpose(0, 3, 1, 2).astype(np.float32)`;
}
