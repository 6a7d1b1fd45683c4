import { describe, expect, test } from 'vitest';
import { scheduleRequestSchema } from '../../src-shared/contract/schedule.ts';
import { scheduleRates } from '../../src-main/lab/schedule.ts';
import { labErrorOf } from '../helpers/lab-errors.ts';

function drawn(request: object): ReturnType<typeof scheduleRates> {
  return scheduleRates(scheduleRequestSchema.parse({ epochs: 3, ...request }));
}

describe('a schedule drawn', () => {
  test('begins with the rate that is given, that of its table or peak, or 0.1', () => {
    expect(drawn({ schedule: 'constant', lr: 0.3 }).epochs).toEqual([0.3, 0.3, 0.3]);
    expect(
      drawn({
        lrTable: [
          { epoch: 0, lr: 2 },
          { epoch: 2, lr: 1 },
        ],
      }).epochs,
    ).toEqual([2, 2, 1]);
    expect(drawn({ schedule: 'one-cycle', epochs: 20, maxLr: 5, divFactor: 5 }).epochs[0]).toBe(1);
    expect(drawn({}).epochs[0]).toBe(0.1);
  });

  test('reduces on a plateau of the losses given', () => {
    const request = { schedule: 'reduce-on-plateau', reducePatience: 0, reduceMinLr: 0.02, epochs: 5 };
    const { epochs } = drawn({ ...request, losses: [1, 2, 0.5, 1, 1] });
    expect(epochs).toEqual([0.1, 0.1, 0.02, 0.02, 0.02]);
  });

  const table = {
    hint: 'Give --lr-table 0:1e-3,50:5e-4 with no --schedule, or another --schedule with no table.',
  };
  test.each<[object, string, string]>([
    [{ schedule: 'piecewise' }, 'The schedule piecewise needs a table of learning rates.', table.hint],
    [
      { schedule: 'cosine', lrTable: [{ epoch: 0, lr: 1 }] },
      'The schedule cosine takes no table of learning rates.',
      table.hint,
    ],
    [
      { schedule: 'multi-step' },
      'The schedule multi-step needs the epochs of its steps.',
      'Give them with --milestones 30,80.',
    ],
    [
      { schedule: 'loss-rise', losses: [1] },
      'The schedule loss-rise over 3 epochs depends on the loss of all but the last: expected 2 losses, found 1.',
      'Give them with --losses, in a file or with commas between.',
    ],
  ])('%j', (request, message, hint) => {
    expect(labErrorOf(() => drawn(request))).toEqual({ code: 'INVALID_ARGUMENT', message, hint });
  });
});
