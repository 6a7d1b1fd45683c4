/** Loaded before the main process's bundle: lets it find the stand-in under the name `electron`. */
import { registerHooks } from 'node:module';

const STAND_IN = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: STAND_IN, shortCircuit: true } : next(specifier, context),
});

// Where Electron has its app's folder Node has the script; a packaged program has neither.
if (process.env['STAND_IN_APP']!.includes('"packaged":true')) process.argv.splice(1, 1);
