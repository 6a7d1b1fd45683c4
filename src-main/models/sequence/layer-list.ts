/** Lists of layers, which `residual` nests. */
import { z } from 'zod';
import { compatibleShapes, formatShape } from '../../onnx/dims.ts';
import type { Value } from '../../onnx/graph-builder.ts';
import type { Network } from '../layers/index.ts';
import { LAYERS, type CheckedLayer, type LayerKind } from './layers.ts';
import { layerName, optional, readOptions, shown } from './options.ts';
import type { Place } from './place.ts';

/** More layers than any sensible network has, and deeper nesting. */
const MOST_LAYERS = 2000;
const DEEPEST = 8;

/** An object of the file. */
type Raw = Readonly<Record<string, unknown>>;

/** A layer of the file, with its name and place. */
export interface PlacedLayer {
  readonly type: string;
  /** Full, as its parameters begin. */
  readonly name: string;
  /** As the file gives them, checked. */
  readonly options: Raw;
  readonly at: Place;
  readonly build: CheckedLayer;
}

/** Lays out one layer after the other. @throws LabError `MODEL_FILE`, `MODEL_INPUT_SIZE` */
export function layOut(net: Network, x: Value, layers: readonly PlacedLayer[]): Value {
  return layers.reduce((y, { build, name, at }) => build(net, y, name, at), x);
}

/** Where a list of layers lies. */
interface ListPlace {
  readonly at: Place;
  /** How errors call its layers: `layer`, `body layer`. */
  readonly noun: string;
  /** What the names of its layers begin with. */
  readonly prefix: string;
  readonly depth: number;
}

/** Reads lists of layers; one reader for a file, because names and limits hold for all of it. */
export class LayerReader {
  /** Names taken so far. */
  readonly #names = new Set<string>();
  #count = 0;

  /** Reads the list of a whole file. @throws LabError `MODEL_FILE` */
  read(list: unknown, at: Place): PlacedLayer[] {
    return this.#list(list, { at, noun: 'layer', prefix: '', depth: 0 });
  }

  #list(list: unknown, place: ListPlace): PlacedLayer[] {
    if (!Array.isArray(list)) return place.at.fail(`${place.noun}s: expected a list, not ${shown(list)}`);
    this.#count += list.length;
    if (this.#count > MOST_LAYERS) place.at.fail(`expected at most ${MOST_LAYERS} layers, found more`);
    return list.map((raw: unknown, index) => this.#layer(raw, index + 1, place));
  }

  #layer(raw: unknown, number: number, { at, noun, prefix, depth }: ListPlace): PlacedLayer {
    const bare = at.within(`${noun} ${number}`);
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
      return bare.fail(`expected an object such as { "type": "ReLU" }, not ${shown(raw)}`);
    const { type, name, ...options } = raw as Raw;
    if (typeof type !== 'string' || !KINDS.includes(type))
      return bare.fail(`there is no layer ${shown(type)}; there are: ${KINDS.join(', ')}`);
    const unnamed = at.within(`${noun} ${number} (${type})`);
    const parts = type === 'residual' ? [] : LAYERS[type]!.parts;
    const given = nameOf(name, parts !== undefined, unnamed);
    const here = given === undefined ? unnamed : at.within(`${noun} ${number} "${given}" (${type})`);
    const full = prefix + (given ?? `${noun.replace('layer', '').trim()}${type.toLowerCase()}${number}`);
    if (given !== undefined)
      for (const taken of [full, ...(parts ?? []).map((part) => `${full}.${part}`)]) this.#take(taken, here);
    const build =
      type === 'residual'
        ? this.#residual(options, { at: here, noun, prefix: `${full}.`, depth: depth + 1 })
        : (LAYERS[type] as LayerKind).read(options, here);
    return { type, name: full, options, at: here, build };
  }

  #take(name: string, at: Place): void {
    if (this.#names.has(name)) at.fail(`the name "${name}" is taken by another layer`);
    this.#names.add(name);
  }

  /** x → body(x) + shortcut(x), without a shortcut body(x) + x. */
  #residual(options: Raw, place: ListPlace): CheckedLayer {
    const { at, depth } = place;
    if (depth > DEEPEST) at.fail(`expected at most ${DEEPEST} layers inside each other, found more`);
    const { body, shortcut } = readOptions(RESIDUAL, options, at);
    const layers = this.#list(body, { ...place, noun: 'body layer' });
    const around = this.#list(shortcut ?? [], { ...place, noun: 'shortcut layer' });
    return (net, x, name) => {
      const branch = layOut(net, x, layers);
      const skip = layOut(net, x, around);
      if (!compatibleShapes(branch.shape, skip.shape))
        at.fail(
          `expected body and shortcut of one shape, found ${formatShape(branch.shape)} and ${formatShape(skip.shape)}`,
          'Where the body changes channels or size, give it a shortcut that does the same.',
        );
      return net.g.scope(name, () => net.g.add(branch, skip));
    };
  }
}

const list = z.array(z.unknown()).describe('a list of layers');
const RESIDUAL = { body: list, shortcut: optional(list) };

const KINDS: readonly string[] = [...Object.keys(LAYERS), 'residual'];

function nameOf(name: unknown, wanted: boolean, at: Place): string | undefined {
  if (name === undefined && !wanted) return undefined;
  const parsed = layerName.safeParse(name);
  return parsed.success
    ? parsed.data
    : at.fail(`name: expected ${layerName.description}, not ${shown(name)}`);
}
