/**
 * The one error type that users see.
 *
 * Everything that goes wrong because of what a user handed over, or because of the machine, is thrown as a
 * {@link LabError}: it says what was being done, what was expected, what came and what to try. Any other
 * exception is a defect of the program.
 */

/** The closed list of error codes, grouped by where they arise. Each has a test. */
export const ERROR_CODES = [
  // onnx: files and graphs
  'ONNX_PARSE',
  'ONNX_TOO_LARGE',
  'ONNX_EXTERNAL_DATA',
  'ONNX_UNSUPPORTED',
  'ONNX_INVALID_GRAPH',
  'ONNX_SHAPE',
  // autograd
  'GRADIENT_UNSUPPORTED',
  'GRADIENT_SHAPE',
  // models and weights
  'MODEL_UNKNOWN',
  'MODEL_FILE',
  'MODEL_INPUT_SIZE',
  'WEIGHTS_PARSE',
  'WEIGHTS_FORBIDDEN_GLOBAL',
  'WEIGHTS_MISMATCH',
  'WEIGHTS_NOT_FOUND',
  'WEIGHTS_HASH',
  'DOWNLOAD_FAILED',
  // data
  'LAB_LOCKED',
  'LAB_CORRUPT',
  'LAB_VERSION',
  'DISK_FULL',
  'DATASET_NOT_FOUND',
  'DATASET_EXISTS',
  'DATASET_BUSY',
  'DATASET_EMPTY',
  'DATASET_ONE_CLASS',
  'FORMAT_UNKNOWN',
  'SOURCE_NOT_FOUND',
  'SOURCE_UNREADABLE',
  'ARCHIVE_UNSAFE',
  'ARCHIVE_CORRUPT',
  'ARCHIVE_UNSUPPORTED',
  'FORMAT_MALFORMED',
  'IMAGE_UNREADABLE',
  'IMAGE_UNSUPPORTED',
  'IMAGE_TOO_LARGE',
  'SAMPLE_CHANGED',
  'SAMPLE_NOT_FOUND',
  'CLASS_UNKNOWN',
  'CLASS_EXISTS',
  'SPLIT_EMPTY',
  'SPLIT_INVALID',
  // runs
  'RUN_NOT_FOUND',
  'EVALUATION_NOT_FOUND',
  'RUN_BUSY',
  'RUN_FINISHED',
  'RUN_STATE',
  'CHECKPOINT_CORRUPT',
  'ARTIFACT_CHANGED',
  'TRAINING_DIVERGED',
  'DEVICE_UNAVAILABLE',
  'OUT_OF_MEMORY',
  'COMPUTE_DIED',
  'EXPORT_PARITY',
  'OUTPUT_UNWRITABLE',
  // calls
  'PATH_FORBIDDEN',
  'PORT_UNAVAILABLE',
  'INVALID_ARGUMENT',
  'CANCELLED',
  'INTERNAL',
] as const;

/** One of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What a {@link LabError} looks like as JSON, on a port, a socket or standard output. */
export interface LabErrorJson {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

/** Options of a {@link LabError}. */
export interface LabErrorOptions {
  /** What the user can try, as a full sentence. */
  readonly hint?: string;
  /** The error underneath, kept for `--debug`. */
  readonly cause?: unknown;
}

/** An error with a code, a message that names place, expectation and finding, and a hint. */
export class LabError extends Error {
  readonly code: ErrorCode;
  readonly hint?: string;

  constructor(code: ErrorCode, message: string, options: LabErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LabError';
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }

  /** The error as it crosses a process boundary. */
  toJSON(): LabErrorJson {
    return this.hint === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, hint: this.hint };
  }

  /** Rebuilds an error that crossed a process boundary. */
  static fromJSON(json: LabErrorJson): LabError {
    return new LabError(json.code, json.message, json.hint === undefined ? {} : { hint: json.hint });
  }

  /** Any thrown value as a `LabError`; unknown ones become `INTERNAL` and keep their cause. */
  static from(error: unknown): LabError {
    if (error instanceof LabError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new LabError('INTERNAL', message, { cause: error });
  }
}
