/** Loaded before the main process's bundle: lets it find the stand-in under the name `electron`. */
import { registerHooks } from 'node:module';

const STAND_IN = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: STAND_IN, shortCircuit: true } : next(specifier, context),
});

// Electron's arguments begin without a script.
process.argv.splice(1, 1);
