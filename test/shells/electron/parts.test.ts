import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isLabFolder, pathsAmong } from '../../../src-main/shells/electron/opened-paths.ts';
import { SettingsFile } from '../../../src-main/shells/electron/settings.ts';
import { languageOf, textsIn } from '../../../src-main/shells/electron/texts.ts';
import { describeExit } from '../../../src-main/shells/electron/utility-process.ts';
import { temporaryFolder, writeFiles } from '../../data/temporary.ts';

describe('texts', () => {
  it('exist in every language', () => {
    const [en, zh] = [textsIn('en'), textsIn('zh-CN')];
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
    expect(Object.values(zh).filter((text) => !/\p{Script=Han}/u.test(text))).toEqual([]);
    expect(Object.values(en).filter((text) => text === '' || /\p{Script=Han}/u.test(text))).toEqual([]);
  });

  it('follow what the system’s user likes best', () => {
    expect(languageOf(['zh-Hans-CN', 'en'])).toBe('zh-CN');
    expect(languageOf(['de-DE', 'zh-CN'])).toBe('en');
    expect(languageOf([])).toBe('en');
  });
});

describe('describeExit', () => {
  it('tells signals from exit codes', () => {
    expect(describeExit(0, 'linux')).toEqual({ code: 0, signal: null });
    expect(describeExit(1, 'linux')).toEqual({ code: 1, signal: null });
    expect(describeExit(9, 'linux')).toEqual({ code: null, signal: 'SIGKILL' });
    expect(describeExit(134, 'darwin')).toEqual({ code: null, signal: 'SIGABRT' });
    expect(describeExit(9, 'win32')).toEqual({ code: 9, signal: null });
    expect(describeExit(3221225477, 'win32')).toEqual({ code: 3221225477, signal: null });
  });
});

describe('pathsAmong', () => {
  it('keeps what exists, relative or as a URL, and no switches', () => {
    const folder = writeFiles(temporaryFolder(), { 'a b.zip': '', 'pets/1.png': '' });
    const file = path.join(folder, 'a b.zip');
    const args = ['--lang=de', pathToFileURL(file).href, 'pets', 'missing', 'https://example.org/', '-x'];
    expect(pathsAmong(args, folder)).toEqual([file, path.join(folder, 'pets')]);
  });

  it('knows a lab by its database', () => {
    const folder = writeFiles(temporaryFolder(), { 'lab/lab.db': '', 'pets/1.png': '' });
    expect(isLabFolder(path.join(folder, 'lab'))).toBe(true);
    expect(isLabFolder(path.join(folder, 'pets'))).toBe(false);
  });
});

describe('SettingsFile', () => {
  it('keeps what is changed', () => {
    const file = path.join(temporaryFolder(), 'settings.json');
    new SettingsFile(file).change({ lab: '/labs/a' });
    new SettingsFile(file).change({ language: 'zh-CN' });
    expect(new SettingsFile(file).current).toEqual({ lab: '/labs/a', language: 'zh-CN' });
  });

  it.each(['', 'null', '[]', '{"lab":7,"language":"fr"}'])('reads %j as nothing', (content) => {
    const file = path.join(temporaryFolder(), 'settings.json');
    writeFileSync(file, content);
    expect(new SettingsFile(file).current).toEqual({});
  });

  it('goes on without a disk that takes them', () => {
    const settings = new SettingsFile(path.join(temporaryFolder(), 'no', 'such', 'folder.json'));
    settings.change({ language: 'en' });
    expect(settings.current).toEqual({ language: 'en' });
  });
});
