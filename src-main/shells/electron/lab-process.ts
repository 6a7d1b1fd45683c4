/** The entry of the desktop's lab process: the lab, served to pages over the ports that the main process sends. */
import type { MessagePortMain } from 'electron';
import { RPCHandler } from '@orpc/server/message-port';
import { LabError } from '../../../src-shared/errors.ts';
import { ALL_PATHS, followTrainings, Lab, router, servePicture } from '../../lab/index.ts';
import { ComputeHost } from './compute-host.ts';
import type { FromLab, PictureAnswer, ToLab } from './lab-messages.ts';

const { parentPort } = process;
const send = (message: FromLab): void => parentPort.postMessage(message);
const computeHost = new ComputeHost(send);
const calls = new RPCHandler(router);

// Ctrl+C and a session's end reach the whole process group; the main process decides what they mean.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const lab = openLab();
// Without a lab the main process tells the user why, and ends this process.
if (lab !== undefined) {
  reportJobs(lab);
  followTrainings(lab);
  parentPort.on('message', ({ data, ports }) => receive(lab, data as ToLab, ports));
}

function openLab(): Lab | undefined {
  try {
    const opened = new Lab({ folder: process.argv[2] ?? '', processHost: computeHost });
    // A lab that is locked or damaged is told of now, not by the page's first call.
    void opened.store;
    return opened;
  } catch (error) {
    send({ type: 'failed', error: LabError.from(error).toJSON() });
    return undefined;
  }
}

function receive(opened: Lab, message: ToLab, [port]: readonly MessagePortMain[]): void {
  switch (message.type) {
    case 'connect':
      if (port !== undefined) connect(opened, port);
      break;
    case 'picture':
      void answerPicture(opened, message.address).then((answer) =>
        send({ type: 'picture', id: message.id, answer }),
      );
      break;
    case 'compute-port':
      if (port !== undefined) computeHost.connect(message.id, port);
      break;
    case 'compute-exit':
      computeHost.exited(message.id, message.exit);
      break;
    case 'close':
      void opened.close().then(() => process.exit(0));
  }
}

function connect(opened: Lab, port: MessagePortMain): void {
  calls.upgrade(port, { context: { lab: opened, paths: ALL_PATHS } });
  port.start();
}

async function answerPicture(opened: Lab, address: string): Promise<PictureAnswer> {
  try {
    return { picture: (await servePicture(opened, address)) ?? null };
  } catch (error) {
    return { error: LabError.from(error).toJSON() };
  }
}

function reportJobs(opened: Lab): void {
  let last = 0;
  opened.changes.listen(({ what }) => {
    if (what !== 'job') return;
    const running = opened.jobs.list().filter(({ status }) => status === 'running').length;
    if (running !== last) send({ type: 'jobs', running });
    last = running;
  });
}
