/** Runs sandboxed before the page: tells it which program it is in. */
import { contextBridge } from 'electron';

contextBridge.exposeInMainWorld('vitrine', { shell: 'electron', electron: process.versions.electron });
