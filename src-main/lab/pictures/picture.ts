/** Pictures that a page shows travel by URL: `/images/<kind>/<rest>?<query>`. */
import type { Lab } from '../lab.ts';

/** An answer to a request for a picture. */
export interface PictureReply {
  /** Such as `image/webp`. */
  readonly type: string;
  readonly body: Uint8Array;
  /** Whether the address will always show these bytes, so that a page can keep them. */
  readonly immutable: boolean;
}

/**
 * One kind of pictures.
 *
 * @param rest the decoded parts of the path after the kind
 * @returns undefined for an address that names no picture
 * @throws LabError whatever kept the picture from being read
 */
export type PictureSource = (
  lab: Lab,
  rest: readonly string[],
  query: URLSearchParams,
) => Promise<PictureReply | undefined>;
