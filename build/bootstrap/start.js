import path from 'node:path';
import { electronBinary, ensureElectron } from './electron-binary.js';
import { ROOT, projectNode, run } from './processes.js';

/** Exit codes of an Electron that could not even begin, as shells tell them, and what they mean. */
const NOT_BEGUN = new Map([
  [127, 'a library that Electron needs is missing; its message is above'],
  [133, "Electron's sandbox cannot be set up here; its message is above"],
  [134, 'Electron could not begin; its message is above'],
]);

/**
 * Why there can be no window, whatever is installed; undefined where there can be one.
 * @param {{ platform: string, env: NodeJS.ProcessEnv, user: number | undefined }} system
 */
export function whyNoWindow({ platform, env, user }) {
  if (platform !== 'linux') return undefined;
  if (user === 0) return "Electron's sandbox does not run as root";
  const display = env['DISPLAY'] || env['WAYLAND_DISPLAY'];
  return display === undefined || display === '' ? 'there is no display' : undefined;
}

/** Opens the lab in Electron's window; where that is not possible, serves it to browsers. @param {readonly string[]} args */
export async function start(args) {
  const system = { platform: process.platform, env: process.env, user: process.getuid?.() };
  const reason = whyNoWindow(system) ?? (await ensureElectron());
  if (reason !== undefined) return serve(reason, args);
  const code = await run(/** @type {string} */ (electronBinary()), [ROOT, ...args], {
    cwd: process.env['INIT_CWD'] ?? process.cwd(),
  });
  const failure = NOT_BEGUN.get(code);
  return failure === undefined ? code : serve(failure, args);
}

/** @param {string} reason @param {readonly string[]} args options of `vitrine serve`; files to open are none */
function serve(reason, args) {
  console.error(`No window: ${reason}. Serving the lab to a browser instead.`);
  const options = args[0]?.startsWith('--') ? args : [];
  return run(projectNode() ?? process.execPath, [path.join(ROOT, 'out/main/cli.js'), 'serve', ...options]);
}
