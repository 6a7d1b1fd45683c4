/** Runs a main process's bundle as Electron does: under the name `electron` it finds the stand-in. */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const STAND_IN = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: STAND_IN, shortCircuit: true } : next(specifier, context),
});

// Electron's arguments begin with the app's; here this file and the bundle come first.
const [, bundle] = process.argv.splice(1, 2);
const { becomeReady } = (await import(STAND_IN)) as typeof import('./electron.ts');
await import(pathToFileURL(bundle!).href);
// Not before all of the app's code has run: one that waits for it at its top level waits for ever.
becomeReady();
