/** Places in a file that describes a network: every error names its own. */
import { LabError } from '../../../src-shared/errors.ts';
import { formatShape } from '../../onnx/dims.ts';
import type { Value } from '../../onnx/graph-builder.ts';

/** A layer's place, as errors call it: `layer 5 "fc" (Linear)`. */
export class Place {
  readonly #file: string;
  readonly #where: string;

  constructor(file: string, where = '') {
    this.#file = file;
    this.#where = where;
  }

  /** How every error of the file begins. */
  get prefix(): string {
    return `Reading the network ${this.#file}: `;
  }

  /** A place inside this one. */
  within(part: string): Place {
    return new Place(this.#file, this.#where === '' ? part : `${this.#where}, ${part}`);
  }

  /** @throws LabError `MODEL_FILE` */
  fail(what: string, hint = 'docs/networks.md describes these files, with examples.'): never {
    const where = this.#where === '' ? '' : `${this.#where}: `;
    throw new LabError('MODEL_FILE', `${this.prefix}${where}${what}.`, { hint });
  }

  /** Checks that a layer gets images `[N, C, H, W]`; gives C. @throws LabError `MODEL_FILE` */
  images(x: Value, option?: string, wanted?: number): number {
    const [, channels] = x.shape;
    if (x.shape.length !== 4)
      this.fail(`expected images [N, C, H, W], found ${formatShape(x.shape)}: put it before Flatten`);
    if (wanted !== undefined && wanted !== channels)
      this.fail(`expected ${option} ${wanted}, found ${formatShape(x.shape)}`);
    return channels as number;
  }

  /** Checks that a layer gets vectors `[N, F]`. @throws LabError `MODEL_FILE` */
  vectors(x: Value, wanted?: number): void {
    const found = formatShape(x.shape);
    const expected = wanted === undefined ? 'vectors [N, F]' : `in_features ${wanted}`;
    if (x.shape.length !== 2) this.fail(`expected ${expected}, found ${found}: put a Flatten before it`);
    if (wanted !== undefined && wanted !== x.shape[1])
      this.fail(
        `expected ${expected}, found ${found}`,
        'Without in_features it is what the layer before gives, at any image size.',
      );
  }
}
