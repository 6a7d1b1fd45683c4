/** 简体中文 */
import type en from '../en/index.ts';
import app from './app.ts';
import evaluate from './evaluate.ts';
import label from './label.ts';
import train from './train.ts';

const messages: typeof en = { ...app, ...evaluate, ...label, ...train };
export default messages;
