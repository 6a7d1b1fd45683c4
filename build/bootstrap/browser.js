/** The browser that the end-to-end tests drive: found, or installed where that takes one command. */
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { run } from './processes.js';

/** What Chromium and its relatives are called. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'msedge'];

/** Where they lie besides the folders of PATH. */
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** The browser's file; undefined where there is none. `VITRINE_BROWSER` names another one. */
export function findBrowser() {
  const given = process.env['VITRINE_BROWSER'];
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const inPath = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...(given === undefined ? [] : [given]), ...inPath, ...PLACES].find(isExecutable);
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Installs a browser where Debian's packages are at hand; else says in one line what is missing. */
export async function ensureBrowser() {
  if (findBrowser() !== undefined) return 0;
  const isRoot = process.getuid?.() === 0;
  if (existsSync('/usr/bin/apt-get') && isRoot) {
    console.error('Installing Chromium for the tests in a browser …');
    /** @type {import('node:child_process').SpawnOptions} */
    const quiet = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    for (const args of [
      ['update'],
      ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'],
    ]) {
      await run('apt-get', ['-q', ...args], quiet);
    }
  }
  if (findBrowser() === undefined) {
    const how = existsSync('/usr/bin/apt-get')
      ? 'install it with `sudo apt-get install chromium`'
      : 'install Chrome or Chromium';
    console.error(
      `No browser was found, so the tests in a browser are skipped: ${how}, or set VITRINE_BROWSER.`,
    );
  }
  return 0;
}
