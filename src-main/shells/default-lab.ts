/** The lab that is opened when none is named. */
import envPaths from 'env-paths';

/** Its folder: `VITRINE_LAB`, else in the user's data folder. */
export function defaultLabFolder(): string {
  const fromEnvironment = process.env['VITRINE_LAB'];
  return fromEnvironment !== undefined && fromEnvironment !== ''
    ? fromEnvironment
    : envPaths('vitrine', { suffix: '' }).data;
}
