import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ENTRIES, entryUrl, resourceUrl } from '../../src-main/base/entry.ts';
import type { EntryName } from '../../src-main/base/entry.ts';

describe('entryUrl', () => {
  it.each(Object.keys(ENTRIES) as EntryName[])('finds the source of %s', (name) => {
    expect(existsSync(entryUrl(name))).toBe(true);
  });

  it('looks beside the bundle or chunk that asks', () => {
    const chunk = 'file:///app/out/main/entry-1a2b.js';
    expect(entryUrl('compute', chunk).href).toBe('file:///app/out/main/compute.js');
    expect(resourceUrl('models/x.safetensors', chunk).href).toBe(
      'file:///app/resources/models/x.safetensors',
    );
  });
});

describe('resourceUrl', () => {
  it('looks beside the archive of a packaged program', () => {
    const chunk = 'file:///opt/Vitrine/resources/app.asar/out/main/entry-1a2b.js';
    expect(resourceUrl('models/x.safetensors', chunk).href).toBe(
      'file:///opt/Vitrine/resources/models/x.safetensors',
    );
  });

  it('finds resources from source', () => {
    expect(existsSync(resourceUrl('models/README.md'))).toBe(true);
  });
});
