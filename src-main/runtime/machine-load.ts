/** How busy this machine is. */
import { readdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { processorName } from './threads.ts';
import { readGraphicsCards, type GraphicsCard } from './nvidia-smi.ts';

/** Processor, memory and graphics cards at one moment; null for what the system does not tell. */
export interface MachineLoad {
  readonly processor: {
    readonly name: string;
    /** Logical processors. */
    readonly cores: number;
    /** From 0 to 1. */
    readonly load: number | null;
    /** Degrees Celsius. */
    readonly temperature: number | null;
  };
  /** Bytes. */
  readonly memory: { readonly total: number; readonly used: number };
  readonly graphics: readonly GraphicsCard[];
}

/** Milliseconds for which an answer is good: many windows ask, and asking the driver takes a process. */
const FRESH_MS = 900;

/** Where Linux keeps the temperatures of its parts. */
const SENSORS = '/sys/class/hwmon';

/** Drivers of processors' own sensors. */
const PROCESSOR_SENSORS: ReadonlySet<string> = new Set(['coretemp', 'k10temp', 'zenpower', 'cpu_thermal']);

interface Ticks {
  readonly idle: number;
  readonly all: number;
}

/** Tells the load between one question and the next. */
export class MachineMeter {
  #ticks: Ticks | undefined;
  #answer: { readonly at: number; readonly load: Promise<MachineLoad> } | undefined;
  #graphics = true;

  /** The machine now, or a moment ago. */
  read(): Promise<MachineLoad> {
    const now = performance.now();
    if (this.#answer === undefined || now - this.#answer.at > FRESH_MS) {
      this.#answer = { at: now, load: this.#read() };
    }
    return this.#answer.load;
  }

  async #read(): Promise<MachineLoad> {
    const cpus = os.cpus();
    const load = this.#loadSince(ticksOf(cpus));
    const total = os.totalmem();
    const [temperature, graphics] = await Promise.all([processorTemperature(), this.#cards()]);
    return {
      processor: { name: processorName(), cores: cpus.length, load, temperature },
      memory: { total, used: total - os.freemem() },
      graphics,
    };
  }

  #loadSince(now: Ticks): number | null {
    const before = this.#ticks;
    this.#ticks = now;
    if (before === undefined || now.all <= before.all) return null;
    return 1 - (now.idle - before.idle) / (now.all - before.all);
  }

  /** A machine that had no card at the first question is not asked again. */
  async #cards(): Promise<GraphicsCard[]> {
    if (!this.#graphics) return [];
    const cards = await readGraphicsCards();
    this.#graphics = cards.length > 0;
    return cards;
  }
}

function ticksOf(cpus: readonly os.CpuInfo[]): Ticks {
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  return {
    idle: sum(cpus.map(({ times }) => times.idle)),
    all: sum(cpus.map(({ times }) => sum(Object.values(times)))),
  };
}

/** The processor's own sensor as Linux tells it, in degrees Celsius. */
export async function processorTemperature(sensors = SENSORS): Promise<number | null> {
  for (const name of await readdir(sensors).catch(() => [])) {
    const read = (file: string): Promise<string> =>
      readFile(path.join(sensors, name, file), 'utf8').catch(() => '');
    if (!PROCESSOR_SENSORS.has((await read('name')).trim())) continue;
    const thousandths = Number.parseInt(await read('temp1_input'), 10);
    if (Number.isFinite(thousandths)) return thousandths / 1000;
  }
  return null;
}
