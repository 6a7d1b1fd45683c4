import type { Command } from 'commander';
import type { PredictionJson } from '../../../../src-shared/contract/job.ts';
import { predictSchema } from '../../../../src-shared/contract/prediction.ts';
import { parseFlags, toNumber } from '../flags.ts';
import { followJob } from '../follow-job.ts';
import { EXIT, runSession } from '../session.ts';
import { percent, printable } from '../text.ts';

/** `vitrine predict RUN|MODEL.onnx FILES…` */
export function predictCommand(program: Command): void {
  program
    .command('predict')
    .description('Say what is in pictures.')
    .argument('<model>', 'a run, or a .onnx file')
    .argument('<files...>', 'images, and folders of images')
    .option('--top <count>', 'classes to name for each file (default: 5)', toNumber)
    .option('--epoch <number>', "of a run's epochs, instead of the best one", toNumber)
    .option('--csv <file>', 'write a table, too')
    .action((model: string, files: string[], _: unknown, command: Command) => {
      const { lab, json, debug, csv, ...flags } = command.optsWithGlobals();
      return runSession({ lab, json, debug }, async (session) => {
        const names = { model: 'MODEL', files: 'FILES' };
        const input = parseFlags(predictSchema, { model, files, events: true, ...flags }, names);
        const started = await session.client.prediction.predict(input);
        const { failed } = await followJob(session, 'predict', Promise.resolve(started), (event) => {
          if (event.event === 'prediction') {
            session.output.result(event.prediction, () => describe(event.prediction));
          }
        });
        if (csv !== undefined) {
          const { file } = await session.client.prediction.saveTable({
            job: started.job,
            out: csv as string,
          });
          session.output.text(`Wrote ${printable(file)}.`);
        }
        return failed === 0 ? EXIT.success : EXIT.failure;
      });
    });
}

function describe(prediction: PredictionJson): string {
  const file = printable(prediction.file);
  if ('error' in prediction) return `${file}: ${printable(prediction.error.message)}`;
  const classes = prediction.top.map((top) => `${printable(top.class)} ${percent(top.probability)}`);
  return `${file}: ${classes.join(', ')}`;
}
