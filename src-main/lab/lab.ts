/** A lab in this process: its folder, its store, its jobs, and the compute processes that work for it. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import { type Content, LabStore } from '../data/store/index.ts';
import { callOnce, exportRun, type CallOptions } from '../runs/compute-client.ts';
import type { CallName, ComputeCalls } from '../runs/compute-protocol.ts';
import type { ExportOptions } from '../runs/export.ts';
import { KeptClient } from '../runs/kept-client.ts';
import type { ComputeProcess, ProcessHost } from '../runs/process-host.ts';
import type { ExportResult } from '../runs/verify-export.ts';
import type { DeviceChoice } from '../runtime/devices.ts';
import { knownDevice } from '../runtime/cuda-libraries.ts';
import { MachineMeter } from '../runtime/machine-load.ts';
import { PreparedPictures } from './batches/prepared.ts';
import { RunRows } from './batches/run-rows.ts';
import { Changes } from './changes.ts';
import { ExportsFolder } from './exports.ts';
import { Jobs } from './jobs.ts';
import { SeriesCache } from './series.ts';
import { PredictionTables } from './prediction-tables.ts';
import { ThumbnailCache } from './pictures/thumbnail-cache.ts';

/** Options of {@link Lab}. */
export interface LabOptions {
  /** Made when absent. */
  readonly folder: string;
  /** Starts compute processes the way of the shell. */
  readonly processHost: ProcessHost;
}

/** An open lab. Its store is opened, and locked, when something needs it: runs can be looked at without. */
export class Lab {
  readonly folder: string;
  readonly changes = new Changes();
  readonly jobs = new Jobs((id) => this.changes.emit({ what: 'job', id }));
  /** The jobs that train runs, by the runs' ids. */
  readonly trainings = new Map<string, string>();
  readonly machine = new MachineMeter();
  readonly series = new SeriesCache();
  /** The process that networks are asked in; it keeps the last one loaded. */
  readonly predictor: KeptClient;
  /** What the last predictions came to. */
  readonly predictions = new PredictionTables();
  /** What a page can fetch. */
  readonly exports: ExportsFolder;
  readonly thumbnails: ThumbnailCache;
  /** What a network is fed, to look at. */
  readonly prepared = new PreparedPictures();
  readonly runRows = new RunRows();
  /** What the last inspection found out about contents, by their SHA-256. */
  readonly inspected = new Map<string, Content>();
  readonly #host: ProcessHost;
  readonly #processes = new Set<ComputeProcess>();
  readonly #devices = new Map<DeviceChoice, Promise<ComputeCalls['resolve-device']['output']>>();
  #store: LabStore | undefined;

  /** @throws LabError `OUTPUT_UNWRITABLE` when the folder cannot be made */
  constructor({ folder, processHost }: LabOptions) {
    this.folder = path.resolve(folder);
    this.#host = { fork: (entry) => this.#remember(processHost.fork(entry)) };
    this.predictor = new KeptClient(this.#host);
    this.exports = new ExportsFolder(this.exportsFolder, () => this.changes.emit({ what: 'exports' }));
    this.thumbnails = new ThumbnailCache(path.join(this.cacheFolder, 'thumbnails'));
    createFolder(this.folder);
  }

  /** @throws LabError `LAB_LOCKED` when another process uses it, `LAB_CORRUPT`, `LAB_VERSION` */
  get store(): LabStore {
    return (this.#store ??= LabStore.open(this.folder));
  }

  /** For everything that can be made again. */
  get cacheFolder(): string {
    return path.join(this.folder, 'cache');
  }

  /** For what a page sends: a folder for each transfer. */
  get uploadsFolder(): string {
    return path.join(this.folder, 'uploads');
  }

  /** For what a page fetches: exports that were given no place. */
  get exportsFolder(): string {
    return path.join(this.folder, 'exports');
  }

  /** Makes a call in a compute process of its own. */
  compute<Name extends CallName>(
    name: Name,
    input: ComputeCalls[Name]['input'],
    options: CallOptions<Name> = {},
  ): Promise<ComputeCalls[Name]['output']> {
    return callOnce(this.#host, name, input, options);
  }

  /**
   * The device that a choice comes to; found out once.
   *
   * @throws LabError `DEVICE_UNAVAILABLE`
   */
  resolveDevice(choice: DeviceChoice): Promise<ComputeCalls['resolve-device']['output']> {
    const known = this.#devices.get(choice);
    if (known !== undefined) return known;
    const quick = knownDevice(choice);
    const found = quick === undefined ? this.compute('resolve-device', choice) : Promise.resolve(quick);
    this.#devices.set(choice, found);
    found.catch(() => this.#devices.delete(choice));
    return found;
  }

  /** Exports a run, checked by a fresh process. */
  exportRun(options: ExportOptions): Promise<ExportResult> {
    return exportRun(this.#host, options);
  }

  /** Ends every job, a training with a checkpoint, and closes the store. */
  async close(): Promise<void> {
    await this.jobs.close();
    this.predictor.close();
    this.#store?.close();
    this.#store = undefined;
  }

  /** Ends the compute processes at once, whatever they do. */
  kill(): void {
    for (const running of this.#processes) running.kill();
  }

  #remember(started: ComputeProcess): ComputeProcess {
    this.#processes.add(started);
    started.onExit(() => this.#processes.delete(started));
    return started;
  }
}

function createFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LabError('OUTPUT_UNWRITABLE', `Cannot create the lab folder ${folder}: ${reason}.`, {
      hint: 'Choose another folder with --lab.',
      cause,
    });
  }
}
