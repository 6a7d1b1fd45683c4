/** English. */
import app from './app.ts';
import label from './label.ts';
import train from './train.ts';

export default { ...app, ...label, ...train };
