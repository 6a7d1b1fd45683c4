/**
 * Exporting takes two processes. The first builds the file beside its destination and lets the run's evaluation
 * classify some pictures; the second, which knows nothing but files, loads it and must come to the same logits.
 */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import { writeError, writeFileAtomic } from '../base/atomic-file.ts';
import type { Architecture } from '../models/architecture.ts';
import { Network } from '../models/layers/index.ts';
import { writeSafetensors } from '../models/weights/safetensors.ts';
import { bindInitializers, keepOutputs } from '../onnx/edit.ts';
import { encodeModel } from '../onnx/encode.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import type { Model } from '../onnx/types.ts';
import { readEvaluationModel } from './artifacts.ts';
import { readNetwork } from './network.ts';
import { classifyRows } from './classifier.ts';
import { splitRows } from './evaluate.ts';
import { encodeMetadata, type ExportMetadata } from './export-metadata.ts';
import { createLoader } from '../data/loader.ts';
import { openRun, runClassifier, type OpenRun, type RunChoice } from './run-classifier.ts';
import { evenlySpread, labelledRows, type RunRow } from './rows.ts';

/** Pictures that are compared. */
export const PARITY_IMAGES = 32;

/** Options of {@link buildExport}. */
export interface ExportOptions extends RunChoice {
  readonly out: string;
  /** uint8 pixels with the normalisation inside, or float32 as torchvision takes it. */
  readonly input: ExportMetadata['input'];
}

/** A file that waits for its check, and what the check must find. */
export interface UnverifiedExport {
  /** The file as it stands, beside its destination. */
  readonly temporary: string;
  readonly out: string;
  /** Absolute paths of the files that hold the raw pictures. */
  readonly images: readonly string[];
  /** The logits of the run's evaluation for them, picture by picture. */
  readonly logits: readonly Float32Array[];
  readonly maxPixels?: number | undefined;
}

/**
 * Writes the model beside its destination, and the evaluation's logits of up to 32 pictures.
 *
 * @throws LabError `OUTPUT_UNWRITABLE`, `DISK_FULL`, `RUN_STATE`, `ARTIFACT_CHANGED`, `SAMPLE_CHANGED`
 */
export async function buildExport(options: ExportOptions): Promise<UnverifiedExport> {
  const opened = await openRun(options);
  const out = path.resolve(options.out);
  const temporary = path.join(path.dirname(out), `.${path.basename(out)}.${randomUUID()}.unverified`);
  const model = await exportedModel(opened, options.input);
  await writeFileAtomic(temporary, encodeModel(model, out)).catch((error: unknown) => {
    throw error instanceof LabError ? writeError(out, error.cause) : error;
  });
  const rows = await parityRows(opened);
  const { maxPixels } = opened.run.settings;
  return {
    temporary,
    out,
    images: rows.map((row) => row.file ?? row.path),
    logits: await evaluationLogits(opened, rows),
    ...(maxPixels !== undefined && { maxPixels }),
  };
}

async function exportedModel(opened: OpenRun, input: ExportMetadata['input']): Promise<Model> {
  const { paths, run, epoch, weights } = opened;
  const graph =
    input === 'image'
      ? keepOutputs(await readEvaluationModel(paths, run), ['logits'])
      : tensorModel(
          (await readNetwork(paths, run)).architecture,
          run.dataset.classes.length,
          run.settings.pipeline.imageSize,
        );
  const metadata = encodeMetadata({
    classes: run.dataset.classes,
    input,
    pipeline: { ...run.settings.pipeline, augmentations: [] },
    normalization: run.settings.normalization,
    dataset: { name: run.dataset.name, sha256: run.dataset.sha256 },
    run: run.id,
    epoch,
    parity: null,
  });
  return { ...bindInitializers(graph, weights), metadata };
}

/** The network from normalised planes float32 `[N, 3, S, S]`, as torchvision's models take them. */
function tensorModel(architecture: Architecture, classes: number, imageSize: number): Model {
  const graph = new GraphBuilder(architecture.name);
  const net = new Network(graph, { training: false, isTrainable: () => false });
  const input = graph.input('input', 'float32', ['N', 3, imageSize, imageSize]);
  graph.output(architecture.classify(net, architecture.features(net, input), classes), 'logits');
  return graph.build();
}

/** Evenly spread over the validation split, or over the training split where there is no other. */
async function parityRows(opened: OpenRun): Promise<RunRow[]> {
  const validation = await splitRows(opened, 'validation');
  const rows = validation.length > 0 ? validation : await splitRows(opened, 'train');
  return evenlySpread(rows, PARITY_IMAGES);
}

/** On the CPU, as the check: graphics cards round products to fewer bits than the tolerance allows for. */
async function evaluationLogits(opened: OpenRun, rows: readonly RunRow[]): Promise<Float32Array[]> {
  const { pipeline, seed, maxPixels, evaluationBatchSize } = opened.run.settings;
  const classifier = await runClassifier(opened, { device: 'cpu' });
  const loader = createLoader({
    rows: labelledRows(rows, opened.run.dataset.classes),
    pipeline,
    seed,
    ...(maxPixels !== undefined && { maxPixels }),
  });
  try {
    const order = Uint32Array.from(rows.keys());
    const logits: Float32Array[] = [];
    const vectors = classifyRows(classifier, { loader, order, batchSize: evaluationBatchSize });
    for await (const { vector } of vectors) logits.push(Float32Array.from(vector));
    return logits;
  } finally {
    await loader.close();
    await classifier.release();
  }
}

/**
 * Writes an epoch's weights with torchvision's names.
 *
 * @throws LabError `OUTPUT_UNWRITABLE`, `DISK_FULL`, `RUN_STATE`, `ARTIFACT_CHANGED`
 */
export async function exportWeights(options: RunChoice & { readonly out: string }): Promise<void> {
  const { run, epoch, weights } = await openRun(options);
  const { classes } = run.dataset;
  const { mean, std } = run.settings.normalization;
  await writeSafetensors(options.out, weights, {
    architecture: run.settings.model,
    classes: JSON.stringify(classes),
    mean: JSON.stringify(mean),
    std: JSON.stringify(std),
    imageSize: String(run.settings.pipeline.imageSize),
    run: run.id,
    epoch: String(epoch),
  });
}
