/** `utilityProcess`: real processes of Node, with the events, ports and signals of Electron's. */
import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import { Link, type Packet, type Port } from './ports.ts';

/** Every process that was forked, for tests to look at. */
export const forked: UtilityProcess[] = [];

/** A forked process. */
export class UtilityProcess extends EventEmitter {
  readonly modulePath: string;
  readonly options: object;
  pid: number | undefined;
  readonly #child: ChildProcess;
  readonly #link: Link;

  constructor(modulePath: string, args: readonly string[], options: object) {
    super();
    this.modulePath = modulePath;
    this.options = options;
    this.#child = fork(modulePath, args, {
      execArgv: [
        '--import',
        new URL('./utility.ts', import.meta.url).href,
        '--disable-warning=ExperimentalWarning',
      ],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#link = new Link(
      (packet) => void this.#child.send(packet, () => undefined),
      ({ data }) => this.emit('message', data),
    );
    this.#child.on('message', (packet) => this.#link.receive(packet as Packet));
    this.#child.once('spawn', () => {
      this.pid = this.#child.pid;
      this.emit('spawn');
    });
    // On POSIX, Electron tells what waitpid says: a signal by its number.
    this.#child.once('exit', (code, signal) => {
      this.pid = undefined;
      this.#link.close();
      this.emit('exit', code ?? constants.signals[signal!]);
    });
    process.once('exit', () => this.#child.kill('SIGKILL'));
    forked.push(this);
  }

  postMessage(message: unknown, transfer: readonly Port[] = []): void {
    this.#link.post(structuredClone(message), transfer);
  }

  kill(): boolean {
    return this.pid !== undefined && this.#child.kill('SIGTERM');
  }
}
