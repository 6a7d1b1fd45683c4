/** electron-builder checks its configuration's form when it packages; this is about what ends up where. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import config from '../../build/electron-builder.config.js';
import { ROOT } from '../../build/bootstrap/processes.js';
import { resourceUrl } from '../../src-main/base/entry.ts';

/** Files of a folder below the root, relative to the root and with forward slashes. */
function filesBelow(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'));
}

/** Whether the last of the patterns that match keeps the file, as electron-builder reads them; folders are whole. */
function isPacked(file: string): boolean {
  const matches = (pattern: string): boolean =>
    path.matchesGlob(file, pattern) || path.matchesGlob(file, `${pattern}/**`);
  const removed = config.files
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => pattern.slice(1));
  return !removed.some(matches);
}

const NATIVE = /\.(node|dll|dylib)$|\.so(\.\d+)*$/;

describe("electron-builder's configuration", () => {
  it('keeps native modules of this system, and nobody else’s, outside the archive', () => {
    const found = ['onnxruntime-node', 'sharp', '@img']
      .flatMap((name) => filesBelow(`node_modules/${name}`))
      .filter((file) => NATIVE.test(file));
    const packed = found.filter(isPacked);
    expect(packed.some((file) => file.endsWith('onnxruntime_binding.node'))).toBe(true);
    expect(packed.some((file) => file.includes('@img/sharp-'))).toBe(true);
    for (const file of packed) {
      expect(
        config.asarUnpack.some((pattern) => path.matchesGlob(file, pattern)),
        file,
      ).toBe(true);
      if (file.includes('onnxruntime')) expect(file).toContain(`/${process.platform}/${process.arch}/`);
    }
  });

  it('leaves the command line, its Node and source maps out', () => {
    expect(isPacked('out/main/electron.js')).toBe(true);
    expect(isPacked('out/main/lab.js')).toBe(true);
    for (const file of ['out/main/cli.js', 'out/main/lab.js.map', 'node_modules/node/bin/node']) {
      expect(isPacked(file), file).toBe(false);
    }
  });

  it('puts resources where the bundles look for them', () => {
    const bundle = '/opt/Vitrine/resources/app.asar/out/main/compute.js';
    for (const { from, to } of config.extraResources) {
      expect(existsSync(path.join(ROOT, from)), from).toBe(true);
      if (!from.startsWith('resources/')) continue;
      const wanted = resourceUrl(from.slice('resources/'.length), pathToFileURL(bundle).href).pathname;
      expect(wanted.endsWith(`/opt/Vitrine/resources/${to}`), wanted).toBe(true);
    }
  });

  it('burns the fuses', () => {
    expect(config.electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      enableCookieEncryption: true,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it('names icons of the sizes that their files say', async () => {
    for (const icon of [config.win.icon, config.mac.icon, ...filesBelow(config.linux.icon)]) {
      if (!icon.endsWith('.png')) continue;
      const { width, height } = await sharp(path.join(ROOT, icon)).metadata();
      expect(path.basename(icon)).toBe(`${width}x${height}.png`);
    }
  });
});
