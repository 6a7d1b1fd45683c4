import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectNode, run, toolPath } from './processes.js';

/** The checks before the tests, in their order: each heading with its tool and arguments. */
const CHECKS = [
  { title: 'Types', tool: 'vue-tsc', args: ['--noEmit', '-p', '.'] },
  { title: 'Lint', tool: 'eslint', args: ['--max-warnings', '0', '.'] },
  { title: 'Format', tool: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
];

/** @param {string} title */
function heading(title) {
  console.log(`\n=== ${title} ===`);
}

/**
 * Vitest's JSON result as one line. A file that failed to load counts as one failure.
 * @param {{
 *   numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, assertionResults: { status: string }[] }[],
 * }} result
 */
export function summary(result) {
  const broken = result.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = result.numFailedTests + broken;
  const skipped = result.numPendingTests + result.numTodoTests;
  return `${result.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
}

/** @param {string} node @param {readonly string[]} filters names of test files; none: all */
async function runTests(node, filters) {
  const folder = mkdtempSync(path.join(tmpdir(), 'vitrine-tests-'));
  const file = path.join(folder, 'result.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const code = await run(node, [toolPath('vitest'), 'run', ...reporters, ...filters]);
    if (existsSync(file)) console.log(summary(JSON.parse(readFileSync(file, 'utf8'))));
    else console.log('The tests ended without a result.');
    return code === 0 && !existsSync(file) ? 1 : code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Types, lint, format, then every test; stops at the first that fails. @param {readonly string[]} filters */
export async function runChecks(filters) {
  const node = projectNode() ?? process.execPath;
  for (const { title, tool, args } of CHECKS) {
    heading(title);
    const code = await run(node, [toolPath(tool), ...args]);
    if (code !== 0) {
      console.log(`${title}: failed. The tests were not run.`);
      return code;
    }
    console.log('ok');
  }
  heading('Tests');
  return runTests(node, filters);
}
