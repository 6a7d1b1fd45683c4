/** English. */
import app from './app.ts';
import augment from './augment.ts';
import batches from './batches.ts';
import errors from './errors.ts';
import evaluate from './evaluate.ts';
import label from './label.ts';
import library from './library.ts';
import train from './train.ts';
import exporting from './export.ts';
import predict from './predict.ts';

export default {
  ...app,
  ...augment,
  ...batches,
  ...errors,
  ...evaluate,
  ...label,
  ...library,
  ...train,
  ...exporting,
  ...predict,
};
