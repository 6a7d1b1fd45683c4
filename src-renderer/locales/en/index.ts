/** English. */
import app from './app.ts';
import evaluate from './evaluate.ts';
import label from './label.ts';
import library from './library.ts';
import train from './train.ts';
import exporting from './export.ts';
import predict from './predict.ts';

export default { ...app, ...evaluate, ...label, ...library, ...train, ...exporting, ...predict };
