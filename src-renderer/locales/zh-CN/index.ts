/** 简体中文 */
import type en from '../en/index.ts';
import app from './app.ts';
import train from './train.ts';

const messages: typeof en = { ...app, ...train };
export default messages;
