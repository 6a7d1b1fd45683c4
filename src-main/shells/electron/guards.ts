/** What no page may do, whatever script got into it. docs/security.md tells why, point by point. */
import { app, shell, type Session, type WebContents } from 'electron';
import { PAGE_ORIGIN } from './page-protocol.ts';

/** Where links may lead: the documentation and papers that the page refers to, opened in the user's browser. */
const LINKED_HOSTS: ReadonlySet<string> = new Set([
  'arxiv.org',
  'docs.pytorch.org',
  'doi.org',
  'github.com',
  'huggingface.co',
  'onnx.ai',
  'onnxruntime.ai',
  'pytorch.org',
]);

/** Copying text with a button; reading the clipboard is another permission. */
const ALLOWED_PERMISSION = 'clipboard-sanitized-write';

/** Every protocol that leads out of the program. */
const OUTSIDE = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'file:///*'];

/** Denies the session's pages every permission, device and connection. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, answer) => {
    answer(permission === ALLOWED_PERMISSION && isPage(contents.getURL()));
  });
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => permission === ALLOWED_PERMISSION && isPage(origin),
  );
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest({ urls: OUTSIDE }, (_details, answer) => answer({ cancel: true }));
}

/** Keeps every page where it is, and in its window. */
export function guardNavigation(): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
}

function guardContents(contents: WebContents): void {
  contents.on('will-frame-navigate', (event) => {
    // A reload; pictures are no page to go to.
    if (event.isMainFrame && isPage(event.url) && new URL(event.url).pathname === '/') return;
    event.preventDefault();
    if (event.isMainFrame) openLink(event.url);
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openLink(url);
    return { action: 'deny' };
  });
}

/** Whether an address is the page's own. Node's parser gives schemes it does not know no origin. */
export function isPage(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host } = new URL(address);
  return `${protocol}//${host}` === PAGE_ORIGIN;
}

/** Opens a link in the user's browser if it leads to a known place. */
export function openLink(address: string): void {
  if (!URL.canParse(address)) return;
  const { protocol, host, href } = new URL(address);
  if (protocol !== 'https:' || !LINKED_HOSTS.has(host)) return;
  // Not while Electron waits for the decision on the navigation.
  setImmediate(() => void shell.openExternal(href));
}
