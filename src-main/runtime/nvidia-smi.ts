/** What NVIDIA's driver tells of its cards, through the program that comes with it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A card at this moment; null for what it does not tell. */
export interface GraphicsCard {
  readonly name: string;
  /** Bytes. */
  readonly memory: { readonly total: number; readonly used: number } | null;
  /** From 0 to 1. */
  readonly load: number | null;
  /** Degrees Celsius. */
  readonly temperature: number | null;
}

const FIELDS = ['name', 'memory.total', 'memory.used', 'utilization.gpu', 'temperature.gpu'] as const;

/** A hanging driver must not hang the lab. */
const TIMEOUT_MS = 2000;

const MIB = 2 ** 20;

/** The cards; none where the program is missing, fails or takes too long. */
export async function readGraphicsCards(program = 'nvidia-smi'): Promise<GraphicsCard[]> {
  const args = [`--query-gpu=${FIELDS.join(',')}`, '--format=csv,noheader,nounits'];
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: TIMEOUT_MS, windowsHide: true });
    return parseGraphicsCards(stdout);
  } catch {
    return [];
  }
}

/** Reads lines such as `NVIDIA H200, 143771, 1024, 37, 41`; memory is in MiB, `[N/A]` stands for nothing. */
export function parseGraphicsCards(text: string): GraphicsCard[] {
  return text.split('\n').flatMap((line) => {
    const cells = line.split(',').map((cell) => cell.trim());
    if (cells.length < FIELDS.length) return [];
    const [total, used, load, temperature] = cells.slice(-4).map(toNumber) as Readings;
    return {
      // A name may hold commas, what follows it none.
      name: cells.slice(0, -4).join(', '),
      memory: total === null || used === null ? null : { total: total * MIB, used: used * MIB },
      load: load === null ? null : load / 100,
      temperature,
    };
  });
}

type Readings = [number | null, number | null, number | null, number | null];

function toNumber(cell: string): number | null {
  return /^-?[0-9]+(\.[0-9]+)?$/.test(cell) ? Number(cell) : null;
}
