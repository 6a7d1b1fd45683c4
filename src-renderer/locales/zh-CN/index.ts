/** 简体中文 */
import type en from '../en/index.ts';
import app from './app.ts';

const messages: typeof en = { ...app };
export default messages;
