import { run } from './processes.js';

/**
 * electron-builder, which packages once in a while, is no dependency: it would make every installation 280
 * packages larger.
 */
const BUILDER = 'electron-builder@26.17.0';

/** Makes the desktop packages for this system, in `dist/`. @param {readonly string[]} args options of electron-builder */
export function packageDesktop(args) {
  const command = ['exec', '--yes', '--', BUILDER, '--config', 'build/electron-builder.config.js'];
  const rest = ['--publish', 'never', ...args];
  const npm = process.env['npm_execpath'];
  return npm === undefined
    ? run('npm', [...command, ...rest], { shell: process.platform === 'win32' })
    : run(process.execPath, [npm, ...command, ...rest]);
}
