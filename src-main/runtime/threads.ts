import { availableParallelism, cpus } from 'node:os';

/** Up to here every logical processor is likely a core of its own. */
const FEW = 4;

/**
 * How many threads an op gets when nobody says: every processor of a small machine, half of them on a larger one,
 * where two share a core and matrix products gain nothing from the second. Fixed per run, because sums are split
 * among threads and their last bits depend on the number.
 */
export function defaultThreads(processors: number = availableParallelism()): number {
  return processors <= FEW ? processors : Math.ceil(processors / 2);
}

/** What the system calls the processor. */
export function processorName(): string {
  return cpus()[0]?.model.trim() || process.arch;
}
