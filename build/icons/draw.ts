/** Draws the program's icon in every size that the packages need: `node build/icons/draw.ts`. */
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const FOLDER = new URL('../../resources/icons/', import.meta.url);

for (const side of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) {
  const file = fileURLToPath(new URL(`${side}x${side}.png`, FOLDER));
  // The density makes librsvg draw at the size that is wanted: the drawing is 1024 wide at 72.
  const drawn = sharp(fileURLToPath(new URL('icon.svg', FOLDER)), {
    density: Math.max(1, (72 * side) / 1024),
  });
  await drawn.resize(side, side).png({ compressionLevel: 9 }).toFile(file);
}
