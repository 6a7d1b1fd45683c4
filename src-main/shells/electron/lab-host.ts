/** The main process's side of the lab process, and of the compute processes that it asks for. */
import { MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';
import type { LabErrorJson } from '../../../src-shared/errors.ts';
import { COMPUTE_ENTRY, LAB_ENTRY } from './bundle-files.ts';
import type { FromLab, PictureAnswer, ToLab } from './lab-messages.ts';
import { describeExit, endAtOnce } from './utility-process.ts';

/** What a lab process reports. */
export interface LabEvents {
  /** The number of jobs under way changed. */
  onJobs(running: number): void;
  /** The lab cannot be opened. */
  onFailed(error: LabErrorJson): void;
  /** The process ended though nobody asked it to; says how. */
  onCrashed(how: string): void;
}

/** How long jobs have to end when the lab is closed: a training finishes its step and writes a checkpoint. */
const CLOSING_MS = 60_000;

/** One lab process, from its start to its end. */
export class LabHost {
  readonly folder: string;
  readonly #events: LabEvents;
  readonly #lab: UtilityProcess;
  readonly #compute = new Map<number, UtilityProcess>();
  readonly #pictures = new Map<number, (answer: PictureAnswer) => void>();
  readonly #ended: Promise<void>;
  #closing = false;
  #nextPicture = 0;

  /** Starts a process that opens the lab in `folder`. */
  constructor(folder: string, events: LabEvents) {
    this.folder = folder;
    this.#events = events;
    this.#lab = utilityProcess.fork(LAB_ENTRY, [folder], { serviceName: 'Vitrine lab' });
    this.#lab.on('message', (message: FromLab) => this.#receive(message));
    this.#ended = new Promise((resolve) => {
      this.#lab.once('exit', (code) => {
        this.#exited(code);
        resolve();
      });
    });
  }

  /** Gives a page a connection of its own. */
  connect(port: MessagePortMain): void {
    this.#send({ type: 'connect' }, port);
  }

  /** Asks for a picture by its address. */
  picture(address: string): Promise<PictureAnswer> {
    const id = this.#nextPicture++;
    return new Promise((resolve) => {
      this.#pictures.set(id, resolve);
      this.#send({ type: 'picture', id, address });
    });
  }

  /** Closes the lab, jobs first, and waits for its process to end. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#send({ type: 'close' });
    const limit = setTimeout(() => this.kill(), CLOSING_MS);
    await this.#ended;
    clearTimeout(limit);
  }

  /** Ends the process and those it asked for at once. */
  kill(): void {
    this.#closing = true;
    for (const child of [this.#lab, ...this.#compute.values()]) endAtOnce(child);
  }

  #send(message: ToLab, port?: MessagePortMain): void {
    this.#lab.postMessage(message, port === undefined ? [] : [port]);
  }

  #receive(message: FromLab): void {
    switch (message.type) {
      case 'failed':
        this.#events.onFailed(message.error);
        break;
      case 'jobs':
        this.#events.onJobs(message.running);
        break;
      case 'picture':
        this.#pictures.get(message.id)?.(message.answer);
        this.#pictures.delete(message.id);
        break;
      case 'compute-fork':
        this.#fork(message.id);
        break;
      case 'compute-kill': {
        const child = this.#compute.get(message.id);
        if (child !== undefined) endAtOnce(child);
      }
    }
  }

  /** The lab and the compute process talk to each other without this process. */
  #fork(id: number): void {
    const child = utilityProcess.fork(COMPUTE_ENTRY, [], {
      serviceName: 'Vitrine compute',
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const { port1, port2 } = new MessageChannelMain();
    this.#compute.set(id, child);
    child.postMessage(null, [port1]);
    this.#send({ type: 'compute-port', id }, port2);
    child.once('exit', (code) => {
      this.#compute.delete(id);
      this.#send({ type: 'compute-exit', id, exit: describeExit(code) });
    });
  }

  /** Compute processes see their port close and end by themselves, with a checkpoint. */
  #exited(code: number): void {
    const { signal } = describeExit(code);
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    for (const answer of this.#pictures.values()) {
      answer({ error: { code: 'INTERNAL', message: `The lab process ended: ${how}.` } });
    }
    this.#pictures.clear();
    if (!this.#closing) this.#events.onCrashed(how);
  }
}
