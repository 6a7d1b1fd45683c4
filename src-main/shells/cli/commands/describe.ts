import type { Command } from 'commander';
import { describeSchema, type Description } from '../../../../src-shared/contract/system.ts';
import { parseFlags, toNumber } from '../flags.ts';
import { runSession } from '../session.ts';
import { printable, table } from '../text.ts';

/** `vitrine describe MODEL` */
export function describeCommand(program: Command): void {
  program
    .command('describe')
    .description('Show a network layer by layer: shapes, parameters and multiply-adds for one image.')
    .argument('<model>', 'a network by its name, or a .json or .onnx file')
    .option('--classes <number>', 'default: as it was published', toNumber)
    .option('--image-size <pixels>', 'default: the one it was made for', toNumber)
    .option('--logits <name>', 'value that holds the logits of an .onnx file (default: found by itself)')
    .action((model: string, _: unknown, command: Command) => {
      const { lab, json, debug, ...flags } = command.optsWithGlobals();
      return runSession({ lab, json, debug }, async ({ client, output }) => {
        const input = parseFlags(describeSchema, { model, ...flags }, { model: 'MODEL' });
        const description = await client.system.describe(input);
        output.result(description, () => shown(description));
      });
    });
}

function shown({ name, imageSize, classes, layers, notes, ...total }: Description): string {
  return [
    `${name}, images of ${imageSize} pixels, ${classes} classes`,
    ...notes.map(printable),
    table(
      ['layer', 'ops', 'output', 'parameters', 'multiply-adds'],
      [...layers, { ...total, name: 'in all', ops: [], output: [] }].map((row) => [
        ...[row.name, row.ops.join(' '), row.output.join(' × ')],
        ...[row.parameters, row.multiplyAdds].map((count) => count.toLocaleString('en-US')),
      ]),
    ),
  ].join('\n');
}
