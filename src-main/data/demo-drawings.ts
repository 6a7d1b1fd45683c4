/**
 * The pictures of the demo data set as SVG: four things drawn in many ways, in front of backgrounds that say
 * nothing about them. Every colour is drawn at random, so no class can be told by colour.
 */
import type { CounterRandom } from '../base/random.ts';

/** What the demo data set shows: its classes. */
export const DEMO_CLASSES = ['balloon', 'fish', 'flower', 'house'] as const;

/** One of {@link DEMO_CLASSES}. */
export type DemoClass = (typeof DEMO_CLASSES)[number];

/** Draws colours of any hue whose lightness (in %) lies in a range. */
type Palette = () => string;

function palette(random: CounterRandom, lightest: number, darkest: number): Palette {
  return () => {
    const hue = random.integer(360);
    const saturation = 35 + random.integer(60);
    const lightness = darkest + random.integer(lightest - darkest + 1);
    return hslToHex(hue, saturation / 100, lightness / 100);
  };
}

/** CSS Color 4, section 7.1: hue in degrees, saturation and lightness in 0 … 1. */
function hslToHex(hue: number, saturation: number, lightness: number): string {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number): string => {
    const k = (n + hue / 30) % 12;
    const value = lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}

/** A number as SVG text; three decimals are finer than a pixel. */
function n(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

function ellipse(cx: number, cy: number, rx: number, ry: number, fill: string, more = ''): string {
  return `<ellipse cx="${n(cx)}" cy="${n(cy)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}" ${more}/>`;
}

function rectangle(x: number, y: number, width: number, height: number, fill: string, more = ''): string {
  return `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" fill="${fill}" ${more}/>`;
}

function shape(path: string, fill: string, more = ''): string {
  return `<path d="${path}" fill="${fill}" ${more}/>`;
}

/** Draws `body` only inside `path`. */
function clipped(path: string, body: string): string {
  return `<clipPath id="clip"><path d="${path}"/></clipPath><g clip-path="url(#clip)">${body}</g>`;
}

/** Draws one thing into the square from (−1, −1) to (1, 1), upright. */
type Motif = (random: CounterRandom, color: Palette) => string;

const balloon: Motif = (random, color) => {
  const width = random.between(0.52, 0.68);
  const envelope = `M 0 0.5 C ${n(-width * 0.35)} 0.3 ${n(-width)} 0.1 ${n(-width)} -0.35 A ${n(width)} 0.62 0 0 1 ${n(width)} -0.35 C ${n(width)} 0.1 ${n(width * 0.35)} 0.3 0 0.5 Z`;
  const [skin, gore, rope, basket] = [color(), color(), color(), color()];
  const gores = random.bernoulli(0.7)
    ? ellipse(0, -0.3, width * 0.62, 0.9, gore) + ellipse(0, -0.3, width * 0.25, 0.9, skin)
    : rectangle(-1, -0.5, 2, random.between(0.2, 0.4), gore);
  const ropes = `<path d="M -0.1 0.42 L -0.11 0.72 M 0.1 0.42 L 0.11 0.72" stroke="${rope}" stroke-width="0.03" fill="none"/>`;
  return (
    ropes +
    shape(envelope, skin) +
    clipped(envelope, gores) +
    rectangle(-0.15, 0.7, 0.3, 0.22, basket, 'rx="0.05"') +
    rectangle(-0.17, 0.68, 0.34, 0.06, color(), 'rx="0.03"')
  );
};

const fish: Motif = (random, color) => {
  const belly = random.between(0.38, 0.62);
  const body = `M -0.62 0 C -0.3 ${n(-belly)} 0.45 ${n(-belly)} 0.85 0 C 0.45 ${n(belly)} -0.3 ${n(belly)} -0.62 0 Z`;
  const [skin, mark, fin] = [color(), color(), color()];
  const notch = random.between(-0.85, -0.72);
  const tail = `M -0.5 0 L -1 -0.45 Q ${n(notch)} 0 -1 0.45 Z`;
  const dorsal = `M -0.25 ${n(-belly * 0.5)} Q 0 ${n(-belly - 0.3)} 0.4 ${n(-belly * 0.5)} Z`;
  const bands = Array.from({ length: 4 }, (_, band) =>
    rectangle(-0.45 + band * 0.25, -1, 0.11, 2, mark),
  ).join('');
  const scales = Array.from({ length: 15 }, (_, scale) => {
    const [column, row] = [scale % 5, Math.floor(scale / 5)];
    return ellipse(
      -0.35 + column * 0.18 + (row % 2) * 0.09,
      -0.17 + row * 0.17,
      0.07,
      0.07,
      'none',
      `stroke="${mark}" stroke-width="0.03"`,
    );
  }).join('');
  const pattern = [bands, scales, ellipse(0.1, belly * 0.7, 0.9, belly * 0.6, mark)][random.integer(3)]!;
  return (
    shape(tail, fin) +
    shape(dorsal, fin) +
    shape(body, skin) +
    clipped(body, pattern) +
    ellipse(0.55, -0.1, 0.09, 0.09, '#ffffff') +
    ellipse(0.57, -0.1, 0.045, 0.045, '#101010') +
    `<path d="M 0.62 0.13 Q 0.7 0.12 0.76 0.06" stroke="#101010" stroke-width="0.03" fill="none"/>` +
    shape('M 0.15 0.05 Q 0 0.3 -0.12 0.22 Q 0 0.1 0.15 0.05 Z', fin)
  );
};

const flower: Motif = (random, color) => {
  const petals = 5 + random.integer(5);
  const length = random.between(0.36, 0.46);
  const breadth = Math.min(0.3, (1.75 / petals) * random.between(0.75, 1));
  const [outer, inner, heart] = [color(), color(), color()];
  const pointed = random.bernoulli(0.4);
  const ring = (count: number, scale: number, turn: number, fill: string): string =>
    Array.from({ length: count }, (_, petal) => {
      const angle = turn + (360 * petal) / count;
      const body = pointed
        ? shape(`M 0.1 0 Q 0.5 ${n(-breadth * 1.4)} 1 0 Q 0.5 ${n(breadth * 1.4)} 0.1 0 Z`, fill)
        : ellipse(0.14 + length, 0, length, breadth, fill);
      return `<g transform="rotate(${n(angle)}) scale(${n(scale)})">${body}</g>`;
    }).join('');
  const second = random.bernoulli(0.5) ? ring(petals, 0.62, 180 / petals, inner) : '';
  const size = random.between(0.17, 0.27);
  const seeds = Array.from({ length: 7 }, (_, seed) => {
    const angle = (2 * Math.PI * seed) / 7;
    return ellipse(Math.cos(angle) * size * 0.6, Math.sin(angle) * size * 0.6, 0.025, 0.025, '#202020');
  }).join('');
  return ring(petals, 1, 0, outer) + second + ellipse(0, 0, size, size, heart) + seeds;
};

const house: Motif = (random, color) => {
  const half = random.between(0.55, 0.78);
  const eaves = random.between(-0.25, 0);
  const [wall, roof, door, pane, frame] = [color(), color(), color(), color(), color()];
  const flat = random.between(0, half * 0.6);
  const gable = `M ${n(-half - 0.15)} ${n(eaves)} L ${n(-flat)} -0.85 L ${n(flat)} -0.85 L ${n(half + 0.15)} ${n(eaves)} Z`;
  const chimneyX = random.bernoulli(0.5) ? half * 0.45 : -half * 0.45 - 0.16;
  const doorX = random.between(-0.6, 0.2) * half;
  const window = (x: number, y: number): string => {
    const style = `stroke="${frame}" stroke-width="0.04"`;
    return (
      rectangle(x, y, 0.26, 0.26, pane, style) +
      `<path d="M ${n(x + 0.13)} ${n(y)} v 0.26 M ${n(x)} ${n(y + 0.13)} h 0.26" ${style}/>`
    );
  };
  return (
    rectangle(chimneyX, -0.95, 0.16, 0.6, door) +
    rectangle(-half, eaves, half * 2, 0.9 - eaves, wall) +
    shape(gable, roof) +
    rectangle(doorX, 0.4, 0.26, 0.5, door) +
    ellipse(doorX + 0.2, 0.66, 0.03, 0.03, frame) +
    window(-half + 0.1, eaves + 0.1) +
    window(half - 0.36, eaves + 0.1) +
    (doorX < 0 ? window(half - 0.36, 0.45) : window(-half + 0.1, 0.45))
  );
};

const MOTIFS: Record<DemoClass, Motif> = { balloon, fish, flower, house };

/** How far each thing may lean to either side, in degrees. */
const LEAN: Record<DemoClass, number> = { balloon: 20, fish: 30, flower: 180, house: 12 };

/** Fills a picture of the given size. */
type Background = (random: CounterRandom, color: Palette, width: number, height: number) => string;

const linear: Background = (random, color, width, height) =>
  `<linearGradient id="fade" gradientTransform="rotate(${random.integer(90)})"><stop stop-color="${color()}"/><stop offset="1" stop-color="${color()}"/></linearGradient>` +
  rectangle(0, 0, width, height, 'url(#fade)');

const radial: Background = (random, color, width, height) =>
  `<radialGradient id="fade" cx="${n(random.uniform())}" cy="${n(random.uniform())}" r="0.9"><stop stop-color="${color()}"/><stop offset="1" stop-color="${color()}"/></radialGradient>` +
  rectangle(0, 0, width, height, 'url(#fade)');

/** Tiles of a `size` × `size` pattern, turned by any angle. */
function tiled(random: CounterRandom, size: number, ground: string, tile: string): string {
  return (
    `<pattern id="tile" width="${n(size)}" height="${n(size)}" patternUnits="userSpaceOnUse" patternTransform="rotate(${random.integer(180)})">` +
    `${rectangle(0, 0, size, size, ground)}${tile}</pattern><rect width="100%" height="100%" fill="url(#tile)"/>`
  );
}

const stripes: Background = (random, color, width) => {
  const size = width * random.between(0.06, 0.25);
  return tiled(random, size, color(), rectangle(0, 0, size * random.between(0.3, 0.6), size, color()));
};

const checks: Background = (random, color, width) => {
  const size = width * random.between(0.1, 0.3);
  const [ground, square] = [color(), color()];
  const tile =
    rectangle(0, 0, size / 2, size / 2, square) + rectangle(size / 2, size / 2, size / 2, size / 2, square);
  return tiled(random, size, ground, tile);
};

const dots: Background = (random, color, width) => {
  const size = width * random.between(0.08, 0.22);
  const radius = size * random.between(0.2, 0.35);
  return tiled(random, size, color(), ellipse(size / 2, size / 2, radius, radius, color()));
};

const hills: Background = (random, color, width, height) => {
  const rows = Array.from({ length: 2 + random.integer(3) }, (_, row) => {
    const level = height * (0.3 + 0.2 * row);
    const swing = height * random.between(0.05, 0.2);
    const path = `M 0 ${n(level)} Q ${n(width / 4)} ${n(level - swing)} ${n(width / 2)} ${n(level)} T ${n(width)} ${n(level)} V ${height} H 0 Z`;
    return shape(path, color());
  });
  return rectangle(0, 0, width, height, color()) + rows.join('');
};

const BACKGROUNDS: readonly Background[] = [linear, radial, stripes, checks, dots, hills];

/** A few plain shapes lying about: none of them is part of any class. */
function clutter(random: CounterRandom, color: Palette, width: number, height: number): string {
  return Array.from({ length: random.integer(9) }, () => {
    const [x, y] = [random.uniform() * width, random.uniform() * height];
    const size = Math.min(width, height) * random.between(0.03, 0.12);
    const seen = `opacity="${n(random.between(0.4, 0.9))}"`;
    const fill = color();
    const turn = `transform="rotate(${random.integer(360)} ${n(x)} ${n(y)})" ${seen}`;
    return [
      ellipse(x, y, size, size, fill, seen),
      rectangle(x - size, y - size, size * 2, size * random.between(0.5, 2), fill, turn),
      shape(`M ${n(x)} ${n(y - size)} l ${n(size)} ${n(size * 2)} h ${n(-size * 2)} Z`, fill, turn),
      ellipse(x, y, size, size, 'none', `stroke="${fill}" stroke-width="${n(size / 3)}" ${seen}`),
    ][random.integer(4)]!;
  }).join('');
}

/** A picture of a `className` of the given size in pixels, as SVG. The random numbers decide everything else. */
export function demoSvg(className: DemoClass, random: CounterRandom, width: number, height: number): string {
  // The thing and what is behind it differ in lightness, one way or the other.
  const darkBehind = random.bernoulli(0.5);
  const behind = darkBehind ? palette(random, 45, 15) : palette(random, 92, 62);
  const thing = darkBehind ? palette(random, 88, 55) : palette(random, 52, 15);
  const background = BACKGROUNDS[random.integer(BACKGROUNDS.length)]!(random, behind, width, height);
  const scattered = clutter(random, behind, width, height);
  const size = (Math.min(width, height) / 2) * random.between(0.72, 1);
  const x = width / 2 + (width / 2 - size) * random.between(-0.8, 0.8);
  const y = height / 2 + (height / 2 - size) * random.between(-0.8, 0.8);
  const mirror = random.bernoulli(0.5) ? -1 : 1;
  const lean = random.between(-1, 1) * LEAN[className];
  const place = `translate(${n(x)} ${n(y)}) rotate(${n(lean)}) scale(${n(size * mirror)} ${n(size)})`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${background}${scattered}` +
    `<g transform="${place}">${MOTIFS[className](random, thing)}</g></svg>`
  );
}
