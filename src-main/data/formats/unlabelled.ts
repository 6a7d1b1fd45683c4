/** Images that nothing says the classes of: they are brought in without labels, to be labelled in the lab. */
import type { PathFormat } from './format.ts';

/** Any format that finds a place for more than a few files is surer of itself. */
const CONFIDENCE = 0.05;

export const unlabelled: PathFormat = {
  name: 'unlabelled',
  detect({ files }) {
    if (files.length === 0) return { matches: false, reason: 'there is no image', confidence: 0 };
    const images = files.length === 1 ? 'its 1 file' : `any of its ${files.length} files`;
    return { matches: true, reason: `nothing says the class of ${images}`, confidence: CONFIDENCE };
  },
  place: ({ files }) => files.map(() => ({ className: null, split: null })),
};
