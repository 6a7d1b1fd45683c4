/** `certificates.jsonl`: one line for every finished epoch. */
import { readRecords } from '../metrics-log.ts';
import type { Certificate } from './certificate.ts';

/** The certificates of a run so far, in the order of its epochs. */
export function readCertificates(file: string): Promise<Certificate[]> {
  return readRecords<Certificate>(file);
}
