import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import path from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { toLabError } from '../../../src-shared/contract/errors.ts';
import type { LabClient } from '../../../src-shared/contract/index.ts';
import { Lab, nodeHost } from '../../../src-main/lab/index.ts';
import { startServer, type RunningServer } from '../../../src-main/shells/server/server.ts';
import { temporaryFolder } from '../../data/temporary.ts';
import { labErrorFrom } from '../../helpers/lab-errors.ts';

interface Started {
  readonly lab: Lab;
  readonly server: RunningServer;
  readonly origin: string;
  readonly root: string;
  /** As a browser sends it after the printed address was opened. */
  readonly cookie: string;
}

async function start(): Promise<Started> {
  const root = temporaryFolder();
  const lab = new Lab({ folder: temporaryFolder(), processHost: nodeHost });
  const server = await startServer({ lab, roots: [root], host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await server.close();
    await lab.close();
  });
  const opened = await fetch(server.url, { redirect: 'manual' });
  const cookie = opened.headers.get('set-cookie')!.split(';')[0]!;
  return { lab, server, root, cookie, origin: `http://127.0.0.1:${server.port}` };
}

/** A request with headers that `fetch` sets by itself. */
function status(address: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest(address, { method, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    })
      .on('error', reject)
      .end();
  });
}

function client({ origin, cookie }: Started, headers: Record<string, string> = {}): LabClient {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/calls`, {
    headers: { cookie, origin, ...headers },
  });
  onTestFinished(() => socket.terminate());
  return createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }));
}

function refusedUpgrade({ origin }: Started, headers: Record<string, string>): Promise<string> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/calls`, { headers });
  return new Promise((resolve, reject) => {
    socket.on('error', ({ message }) => resolve(message));
    socket.on('open', () => reject(new Error('The socket was opened.')));
  });
}

describe('who may come in', () => {
  test('the token of the printed address becomes a cookie that scripts cannot read', async () => {
    const { server, origin, cookie } = await start();
    const opened = await fetch(server.url, { redirect: 'manual' });
    expect([opened.status, opened.headers.get('location')]).toEqual([302, '/']);
    expect(opened.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict/);
    expect((await fetch(`${origin}/images/samples/1`)).status).toBe(401);
    expect((await fetch(`${origin}/?token=wrong`)).status).toBe(401);
    expect((await fetch(`${origin}/nothing-here`, { headers: { cookie } })).status).toBe(404);
  });

  test('the cookie goes on working after the server was started again', async () => {
    const { lab, server, cookie } = await start();
    await server.close();
    const again = await startServer({ lab, roots: [], host: '127.0.0.1', port: server.port });
    onTestFinished(() => again.close());
    expect(await status(`http://127.0.0.1:${again.port}/nothing-here`, { cookie })).toBe(404);
  });

  test.each([
    ['another host name, as a bent DNS name has', { host: 'evil.example' }, 'GET', 403],
    ['another port', { host: '127.0.0.1:1' }, 'GET', 403],
    ['a page of another site that wants a picture', { 'sec-fetch-site': 'cross-site' }, 'GET', 403],
    ['another origin', { origin: 'http://evil.example' }, 'GET', 403],
    ['a change without an origin', {}, 'POST', 403],
    ['a change from another origin', { origin: 'http://localhost:1' }, 'POST', 403],
  ])('%s is refused', async (_, headers, method, expected) => {
    const { origin, cookie } = await start();
    expect(await status(`${origin}/uploads?name=x`, { cookie, ...headers }, method)).toBe(expected);
  });

  test('a socket is opened for the own page with its cookie alone', async () => {
    const started = await start();
    const { origin, cookie } = started;
    expect(await refusedUpgrade(started, { cookie })).toContain('403');
    expect(await refusedUpgrade(started, { cookie, origin: 'http://evil.example' })).toContain('403');
    expect(await refusedUpgrade(started, { origin })).toContain('401');
    expect(await client(started).datasets.list()).toEqual([]);
  });

  test('the page may run no scripts but its own, and be in no frame', async () => {
    const { origin, cookie } = await start();
    const { headers } = await fetch(`${origin}/nothing-here`, { headers: { cookie } });
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('a port in use is told', async () => {
    const { lab } = await start();
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    expect(await labErrorFrom(startServer({ lab, roots: [], host: '127.0.0.1', port }))).toEqual({
      code: 'PORT_UNAVAILABLE',
      message: `Serving on 127.0.0.1, port ${port}: another program uses it.`,
      hint: 'Choose another port with --port, or 0 for any that is free.',
    });
  });
});

describe('calls', () => {
  test('errors arrive typed, with code, message and hint', async () => {
    const calls = client(await start());
    const thrown: unknown = await calls.datasets.history({ dataset: 'x' }).catch((error: unknown) => error);
    expect(toLabError(thrown).toJSON()).toEqual({
      code: 'DATASET_NOT_FOUND',
      message: 'There is no data set "x": the lab has no data set yet.',
      hint: 'Import a folder of images with: vitrine import PATH --dataset NAME',
    });
  });

  test("two pages see the same job and each other's changes", async () => {
    const started = await start();
    const [one, two] = [client(started), client(started)];
    const changes = await two.changes.watch();
    expect((await changes.next()).value).toEqual({ what: 'ready' });
    const { job } = await one.datasets.drawDemoSet({ folder: path.join(started.root, 'demo'), perClass: 10 });
    expect((await changes.next()).value).toEqual({ what: 'job', id: job });
    expect((await two.jobs.get({ id: job })).kind).toBe('demo-set');
    for await (const { event } of await two.jobs.watch({ id: job })) if (event === 'done') break;
    expect((await two.jobs.get({ id: job })).status).toBe('done');
    await changes.return?.();
  });

  test('the folders shown are the roots and the lab, links followed', async () => {
    const started = await start();
    const { root, lab } = started;
    const outside = temporaryFolder();
    mkdirSync(path.join(root, 'cats'));
    writeFileSync(path.join(root, 'cat.2.png'), 'x');
    writeFileSync(path.join(root, 'cat.10.png'), 'xy');
    writeFileSync(path.join(root, '.hidden'), '');
    symlinkSync(outside, path.join(root, 'link'));
    const calls = client(started);
    expect((await calls.files.roots({})).lab).toBe(lab.folder);
    expect(await calls.files.folder({ path: root })).toEqual({
      path: root,
      parent: null,
      more: 0,
      entries: [
        { name: 'cats', path: path.join(root, 'cats'), kind: 'folder', size: null },
        { name: 'cat.2.png', path: path.join(root, 'cat.2.png'), kind: 'file', size: 1 },
        { name: 'cat.10.png', path: path.join(root, 'cat.10.png'), kind: 'file', size: 2 },
      ],
    });
    for (const given of [outside, path.join(root, '..'), path.join(root, 'link')]) {
      const thrown: unknown = await calls.files.folder({ path: given }).catch((error: unknown) => error);
      expect(toLabError(thrown).code).toBe('PATH_FORBIDDEN');
    }
  });
});

describe('files that a page sends', () => {
  async function begin({ origin, cookie }: Started): Promise<{ id: string; folder: string }> {
    const begun = await fetch(`${origin}/uploads?name=my pets!`, {
      method: 'POST',
      headers: { cookie, origin },
    });
    return (await begun.json()) as { id: string; folder: string };
  }

  function put({ origin, cookie }: Started, address: string, body: string): Promise<Response> {
    return fetch(`${origin}/uploads/${address}`, { method: 'PUT', body, headers: { cookie, origin } });
  }

  test('keep their places below what was dropped', async () => {
    const started = await start();
    const { id, folder } = await begin(started);
    expect(path.basename(folder)).toMatch(/^my-pets-[0-9a-f]{8}$/);
    expect((await put(started, `${id}/pets/${encodeURIComponent('猫 1.jpg')}`, 'cat')).status).toBe(200);
    expect((await put(started, `${id}/pets/empty.jpg`, '')).status).toBe(200);
    expect(readFileSync(path.join(folder, 'pets/猫 1.jpg'), 'utf8')).toBe('cat');
    expect(readdirSync(path.join(folder, 'pets')).sort()).toEqual(['empty.jpg', '猫 1.jpg']);
  });

  test.each(['%2e%2e%2fx', 'a%2f..%2f..%2fx', 'a%5cb', 'a%00b', '%E0%A4%A', 'a//b'])(
    'a path that could leave the folder is refused: %s',
    async (relative) => {
      const started = await start();
      const { id, folder } = await begin(started);
      const answer = await put(started, `${id}/${relative}`, 'x');
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
        400,
        'INVALID_ARGUMENT',
      ]);
      expect(existsSync(path.join(started.lab.uploadsFolder, 'x'))).toBe(false);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test('given up, they leave nothing', async () => {
    const started = await start();
    const { origin, cookie } = started;
    const { id, folder } = await begin(started);
    await put(started, `${id}/a.jpg`, 'x');
    await fetch(`${origin}/uploads/${id}`, { method: 'DELETE', headers: { cookie, origin } });
    expect(existsSync(folder)).toBe(false);
    expect((await put(started, `${id}/b.jpg`, 'x')).status).toBe(400);
  });
});

describe('downloads', () => {
  test('are the files of the exports folder alone', async () => {
    const { lab, origin, cookie } = await start();
    mkdirSync(lab.exportsFolder);
    writeFileSync(path.join(lab.exportsFolder, '模型.onnx'), 'model');
    const get = (name: string): Promise<Response> =>
      fetch(`${origin}/downloads/${name}`, { headers: { cookie } });
    const answer = await get(encodeURIComponent('模型.onnx'));
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename*=UTF-8''${encodeURIComponent('模型.onnx')}`,
    );
    expect(await answer.text()).toBe('model');
    expect((await get('..%2flab.db')).status).toBe(404);
    expect((await get('none.onnx')).status).toBe(404);
  });
});
