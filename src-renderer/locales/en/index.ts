/** English. */
import app from './app.ts';
import evaluate from './evaluate.ts';
import label from './label.ts';
import train from './train.ts';

export default { ...app, ...evaluate, ...label, ...train };
