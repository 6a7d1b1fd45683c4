/** PyTorch in a process of its own, asked for one timed repetition after the other. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A running `bench/reference/torch_bench.py`. */
export interface TorchProcess {
  /** Seconds of one repetition of what the request describes. */
  time(request: Readonly<Record<string, unknown>>): Promise<number>;
  close(): void;
}

/** Starts Debian's Python, which has PyTorch after `apt-get install python3-torch python3-torchvision libopenblas0`. */
export function startTorch(): TorchProcess {
  const script = fileURLToPath(new URL('./reference/torch_bench.py', import.meta.url));
  const child = spawn('/usr/bin/python3', [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async time(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const answer = await lines.next();
      if (answer.done) {
        throw new Error(
          'PyTorch did not answer: apt-get install python3-torch python3-torchvision libopenblas0',
        );
      }
      return (JSON.parse(answer.value) as { seconds: number }).seconds;
    },
    close: () => child.stdin.end(),
  };
}
