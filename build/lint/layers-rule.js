import path from 'node:path';
import { EVERYWHERE, LAYERS, OWNERS } from './layers.js';

/** @param {string} file @param {string} folder a folder, or a file itself */
function isInside(file, folder) {
  return file === folder || file.startsWith(`${folder}/`);
}

/** The layer a file belongs to: the longest folder of the table that holds it. @param {string} file */
function layerOf(file) {
  return Object.keys(LAYERS)
    .filter((folder) => isInside(file, folder))
    .sort((a, b) => b.length - a.length)[0];
}

/** The owned package that an import names (`sharp`, or `sharp/lib/x`) and its owner. @param {string} source */
function ownedPackage(source) {
  return Object.entries(OWNERS).find(([name]) => isInside(source, name));
}

/**
 * What is wrong with one import, or undefined.
 * @param {string} file the importing file, relative to the root, with forward slashes
 * @param {string} source the text between the quotes
 */
export function checkImport(file, source) {
  const layer = layerOf(file);
  if (layer === undefined) return undefined;
  if (!source.startsWith('.')) {
    const [name, owner] = ownedPackage(source) ?? [];
    if (owner === undefined) return undefined;
    const owners = [owner].flat();
    if (owners.some((one) => isInside(file, one))) return undefined;
    return `'${name}' belongs to ${owners.join(' and ')}: ${layer} must reach it through that.`;
  }
  const target = path.posix.join(path.posix.dirname(file), source);
  const targetLayer = layerOf(target);
  if (targetLayer === layer || EVERYWHERE.includes(target)) return undefined;
  if (targetLayer === undefined) return `${layer} may not import ${target}, which no layer holds.`;
  const allowed = LAYERS[layer] ?? [];
  if (allowed.includes(targetLayer)) return undefined;
  const list = allowed.length === 0 ? 'nothing but its own files' : allowed.join(', ');
  return `${layer} may not import ${targetLayer}; it may import ${list}.`;
}

/**
 * ESLint's rule over every form of import that names its source literally.
 * @type {import('eslint').Rule.RuleModule}
 */
export const layersRule = {
  meta: {
    type: 'problem',
    docs: { description: 'imports point down, and each dependency has one owner' },
    schema: [],
  },
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join('/');
    const check = (/** @type {any} */ node) => {
      const source = node.source ?? node.argument?.literal ?? node.argument;
      if (typeof source?.value !== 'string') return;
      const message = checkImport(file, source.value);
      if (message !== undefined) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      TSImportType: check,
    };
  },
};
