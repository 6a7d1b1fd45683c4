/** English. */
import app from './app.ts';
import train from './train.ts';

export default { ...app, ...train };
