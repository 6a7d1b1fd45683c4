/** Every architecture. To add one: its file, and a line here. */
import { LabError } from '../../src-shared/errors.ts';
import { alexnet, alexnetCifar, alexnetGroups } from './alexnet.ts';
import type { Architecture } from './architecture.ts';
import { birdplaneBatchNorm, birdplaneDropout, birdplanePlain, birdplaneWidth } from './birdplane.ts';
import { cifarResNet, cifarResNetOf } from './cifar-resnet.ts';
import { convnextTiny } from './convnext.ts';
import { dainet7 } from './dainet7.ts';
import { efficientnetB0 } from './efficientnet.ts';
import { mobilenetV3Small } from './mobilenet-v3.ts';
import { mycnn } from './mycnn.ts';
import { resnet18, resnet34, resnet50 } from './resnet.ts';
import { vgg11, vgg13, vgg16, vgg19 } from './vgg.ts';

export const ARCHITECTURES: readonly Architecture[] = [
  mycnn,
  cifarResNet([2, 2, 2]),
  cifarResNet([2, 2, 2], { squeeze: true }),
  ...[vgg11, vgg13, vgg16, vgg19],
  dainet7,
  ...[birdplanePlain, birdplaneWidth, birdplaneDropout, birdplaneBatchNorm],
  ...[alexnetCifar, alexnet, alexnetGroups],
  ...[resnet18, resnet34, resnet50],
  ...[mobilenetV3Small, efficientnetB0, convnextTiny],
];

/**
 * An architecture by its name. `cifar-resnet-3-3-3` is `cifar-resnet` with three blocks in each of three stages;
 * likewise `cifar-se-resnet-…`.
 *
 * @throws LabError `MODEL_UNKNOWN`
 */
export function architectureOf(name: string): Architecture {
  const found = ARCHITECTURES.find((architecture) => architecture.name === name) ?? cifarResNetOf(name);
  if (found) return found;
  const known = ARCHITECTURES.map((architecture) => architecture.name).join(', ');
  throw new LabError('MODEL_UNKNOWN', `There is no network "${name}"; the lab has: ${known}.`, {
    hint: 'Choose one with --model. cifar-resnet and cifar-se-resnet take the blocks of each stage, such as cifar-resnet-3-3-3.',
  });
}
