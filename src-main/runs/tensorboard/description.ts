/** What does not change while a run is trained: its settings, its graph, and some of its pictures. */
import { readEvaluationModel } from '../artifacts.ts';
import type { RunFile } from '../run-file.ts';
import type { RunPaths } from '../run-folder.ts';
import type { RunRow } from '../rows.ts';
import { graphEvent, imageEvent, tableEvent } from './events.ts';
import { graphDef } from './graph.ts';
import type { Event } from './proto/tensorboard_pb.ts';
import { samplePictures } from './samples.ts';

/** A run that is to be described, with the rows it was started with. */
export interface DescribedRun {
  readonly paths: RunPaths;
  readonly run: RunFile;
  readonly rows: readonly RunRow[];
}

/** The events of {@link describeRun}. */
export interface Description {
  readonly events: readonly Event[];
  /** Sample pictures among them. */
  readonly images: number;
  /** What was left out, as sentences. */
  readonly notes: readonly string[];
}

/**
 * Describes a run: a table of its settings, its evaluation graph, and training pictures as the network sees them.
 * Pictures that cannot be read any more are left out.
 *
 * @throws LabError `RUN_STATE` before the run's start, `ARTIFACT_CHANGED`
 */
export async function describeRun({ paths, run, rows }: DescribedRun): Promise<Description> {
  const time = Date.parse(run.createdAt);
  const model = await readEvaluationModel(paths, run);
  const { pictures, failures } = await samplePictures(run, rows);
  return {
    events: [
      tableEvent(time, 'settings', settingsTable(run)),
      graphEvent(time, graphDef(model)),
      ...pictures.map((picture) => imageEvent(time, picture)),
    ],
    images: pictures.length,
    notes: failures.slice(0, 1).map(({ message }) => leftOut(failures.length, message)),
  };
}

function leftOut(count: number, first: string): string {
  return `${count} of TensorBoard's sample pictures ${count === 1 ? 'was' : 'were'} left out: ${first}`;
}

/** Two columns: names and values, as Markdown. */
function settingsTable({ id, createdAt, dataset, weights, machine, settings }: RunFile): string[][] {
  const { name, classes, train, validation, test } = dataset;
  const values = {
    run: id,
    createdAt,
    dataset: name,
    classes,
    images: { train, validation, test },
    weights: weights?.name ?? null,
    ...(machine && { device: machine.device, threads: machine.threads }),
    ...settings,
  };
  return [
    ['setting', 'value'],
    ...Object.entries(values).map(([name, value]) => [
      name,
      code(typeof value === 'string' ? value : JSON.stringify(value)),
    ]),
  ];
}

/** Text as it is, whatever it holds: fenced by more backticks than it has in a row, with its line breaks taken out. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${text.replaceAll(/\s+/g, ' ')} ${fence}`;
}
