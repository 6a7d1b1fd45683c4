import type { Command } from 'commander';
import type { z } from 'zod';
import { exportSchema } from '../../../../src-shared/contract/exporting.ts';
import type { ResultOf } from '../../../../src-shared/contract/job.ts';
import { parseFlags, toNumber } from '../flags.ts';
import { followJob } from '../follow-job.ts';
import { runSession, type Session } from '../session.ts';
import { count, percent, printable } from '../text.ts';

/** `vitrine export RUN [--out MODEL.onnx]` */
export function exportCommand(program: Command): void {
  program
    .command('export')
    .description('Write a run as an ONNX model, checked to do what the lab showed.')
    .argument('<run>', 'its id, the beginning or end of it, or last')
    .option('--out <file>', 'the .onnx file to write')
    .option('--input <kind>', 'image (uint8 NHWC) or tensor (normalised float32 NCHW) (default: image)')
    .option('--weights-out <file>', 'write the weights as .safetensors too, or without --out alone')
    .option('--epoch <number>', 'instead of the best one', toNumber)
    .action((run: string, _: unknown, command: Command) => {
      const { lab, json, debug, ...flags } = command.optsWithGlobals();
      return runSession({ lab, json, debug }, async (session) => {
        const input = parseFlags(exportSchema, { run, ...flags }, { run: 'RUN' });
        if (input.out === null && input.weightsOut !== null) await exportWeights(session, input);
        else await exportRun(session, input);
      });
    });
}

/** Exports a run and shows how the file agrees. */
export async function exportRun(
  session: Session,
  input: z.output<typeof exportSchema>,
): Promise<ResultOf<'export'>> {
  const report = await followJob(session, 'export', session.client.exporting.onnx(input));
  const { kind: _, ...line } = report;
  session.output.result(line, () => describe(report));
  return report;
}

async function exportWeights(
  session: Session,
  { run, epoch, weightsOut }: z.output<typeof exportSchema>,
): Promise<void> {
  const started = session.client.exporting.weights({ run, epoch, out: weightsOut });
  const { kind: _, ...line } = await followJob(session, 'export-weights', started);
  session.output.result(line, () => `Wrote ${printable(line.file)}.`);
}

function describe({ file, weightsFile, parity }: ResultOf<'export'>): string {
  const { images, maxAbsLogitDifference, argmaxAgreement } = parity;
  return [
    `Wrote ${printable(file)}.`,
    ...(weightsFile === null ? [] : [`Wrote ${printable(weightsFile)}.`]),
    `A fresh process gave ${count(images, 'image')} to the file: logits differ by at most ${maxAbsLogitDifference === 0 ? 0 : maxAbsLogitDifference.toExponential(1)}, ${percent(argmaxAgreement)} of the predictions agree.`,
  ].join('\n');
}
