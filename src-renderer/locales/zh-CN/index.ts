/** 简体中文 */
import type en from '../en/index.ts';
import app from './app.ts';
import label from './label.ts';
import train from './train.ts';

const messages: typeof en = { ...app, ...label, ...train };
export default messages;
