/** Watches what the steps of a training are fed, and writes a certificate at the end of each epoch. */
import { LabError } from '../../../src-shared/errors.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { appendRecord, cutRecords } from '../metrics-log.ts';
import type { RunPaths } from '../run-folder.ts';
import type { Certificate } from './certificate.ts';
import { certify, type ExpectedRow, type Expectation } from './certify.ts';
import { readCertificates } from './certificate-file.ts';
import { attest, type SlotWitness } from './fed-batch.ts';
import { FedLog } from './fed-log.ts';

/** Options of {@link FeedRecorder.open}. */
export interface FeedRecorderOptions {
  readonly paths: Pick<RunPaths, 'fed' | 'certificates'>;
  /** Where the training goes on: epochs finished, and steps of the one under way. */
  readonly position: { readonly epoch: number; readonly step: number };
  /** The training images in the order of the files. */
  readonly rows: readonly ExpectedRow[];
  readonly classes: number;
  /** Told when the record cannot be written any more. */
  readonly onNote: (message: string) => void;
}

/** See {@link FeedRecorderOptions}. What it sees changes nothing in the training. */
export class FeedRecorder {
  readonly #options: FeedRecorderOptions;
  readonly #log: FedLog;
  readonly #earlier: Certificate[];

  private constructor(options: FeedRecorderOptions, log: FedLog, earlier: Certificate[]) {
    this.#options = options;
    this.#log = log;
    this.#earlier = earlier;
  }

  /**
   * Goes on where a training does: what is written of later steps is forgotten, since they come again.
   *
   * @throws LabError `OUTPUT_UNWRITABLE`, `DISK_FULL`
   */
  static async open(options: FeedRecorderOptions): Promise<FeedRecorder> {
    const { paths, position } = options;
    await cutRecords(paths.certificates, position.epoch);
    const log = await FedLog.open(paths.fed, position.epoch + 1, position.step);
    return new FeedRecorder(options, log, await readCertificates(paths.certificates));
  }

  /** Takes down the tensors of a step. @param step from 1, in its epoch */
  observe(epoch: number, step: number, input: Tensor, labels: Tensor, witness: SlotWitness): void {
    const batch = attest(step, input, labels, witness);
    try {
      this.#log.add(epoch, batch);
    } catch (error) {
      const { message } = LabError.from(error);
      this.#options.onNote(`The record of what is fed ends here, the training goes on: ${message}`);
    }
  }

  /** Writes the certificate of an epoch whose steps are done; on disk when this returns. */
  async finish(epoch: Pick<Expectation, 'epoch' | 'fed' | 'steps' | 'planned'>): Promise<Certificate> {
    const { rows, classes, paths } = this.#options;
    const certificate = certify(this.#log.batches, { ...epoch, rows, classes, earlier: this.#earlier });
    await appendRecord(paths.certificates, certificate);
    this.#earlier.push(certificate);
    return certificate;
  }

  close(): void {
    this.#log.close();
  }
}
