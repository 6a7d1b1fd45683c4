/** The checks of a certificate, in words. */
import { useI18n } from 'vue-i18n';
import { useFormat } from '../../composables/use-format.ts';
import type { CertificateJson } from '../../stores/feed.ts';

/** The checks, those that ruin a training at once first. */
export const CHECKS = ['labels', 'repeat', 'fileOrder', 'balance', 'classRun', 'coverage'] as const;

/** One of {@link CHECKS}. */
export type Check = (typeof CHECKS)[number];

/** The verdict of a check; of one that had nothing to test, that there is nothing to judge by. */
export function verdictOf(certificate: CertificateJson, check: Check): CertificateJson['verdict'] {
  return certificate[check]?.verdict ?? 'unknown';
}

/** Sentences on what a certificate found, in the current language. */
export function useCheckText(classes: () => readonly string[]) {
  const { t } = useI18n();
  const format = useFormat();
  const found = (key: string, values: Record<string, unknown> = {}): string =>
    t(`batches.certificate.found.${key}`, values);

  /** A probability: small ones by their size alone. */
  function chance(p: number): string {
    if (p >= 0.001) return format.number(p, 3);
    if (p < 1e-99) return '0';
    return `10^${Math.round(Math.log10(p))}`.replace(/\^(-?\d+)$/, (_, power: string) => raised(power));
  }

  function labels({ labels: { attached, wrong, unknown, examples }, images }: CertificateJson): string[] {
    if (wrong + unknown === 0) return [found('labelsPass', { n: format.count(attached) })];
    const named = classes();
    return [
      ...(wrong > 0 ? [found('labelsWrong', { wrong: format.count(wrong), n: format.count(images) })] : []),
      ...(unknown > 0 ? [found('labelsUnknown', { unknown: format.count(unknown) })] : []),
      ...examples
        .slice(0, 3)
        .map(({ step, slot, fed, expected }) =>
          found('labelsExample', { step, slot: slot + 1, fed: named[fed], expected: named[expected] }),
        ),
    ];
  }

  function repeat({ repeat: { epoch, compared } }: CertificateJson): string[] {
    if (compared === 0) return [found('repeatFirst')];
    return [epoch === null ? found('repeatPass', { n: compared }) : found('repeatFail', { epoch })];
  }

  function fileOrder({ fileOrder: order }: CertificateJson): string[] {
    if (order === null) return [found('fileOrderNone')];
    if (order.same) return [found('fileOrderSame')];
    const values = { rho: format.number(order.correlation, 3), p: chance(order.p) };
    return [found(order.verdict === 'pass' ? 'fileOrderPass' : 'fileOrderFail', values)];
  }

  function balance({ balance: spread }: CertificateJson): string[] {
    if (spread === null) return [found('balanceNone')];
    const { statistic, degreesOfFreedom, uneven, even, verdict } = spread;
    const isEven = verdict !== 'pass' && even < uneven;
    const key = verdict === 'pass' ? 'balancePass' : isEven ? 'balanceEven' : 'balanceUneven';
    const values = { statistic: format.number(statistic, 1), degrees: format.count(degreesOfFreedom) };
    return [found(key, { ...values, p: chance(isEven ? even : uneven) })];
  }

  function classRun({ classRun: run }: CertificateJson): string[] {
    if (run === null) return [found('classRunNone')];
    const values = { n: format.count(run.length), class: classes()[run.label], p: chance(run.p) };
    return [found('classRun', { ...values, expected: format.number(run.expected, 1) })];
  }

  function coverage({ coverage: { verdict, repeated, missing } }: CertificateJson): string[] {
    if (verdict === 'fail') {
      return [found('coverageFail', { repeated: format.count(repeated), missing: format.count(missing) })];
    }
    if (verdict === 'unknown') return [found('coveragePartial')];
    return [missing === 0 ? found('coveragePass') : found('coverageDropped', { n: format.count(missing) })];
  }

  const SENTENCES = { labels, repeat, fileOrder, balance, classRun, coverage } as const;

  /** What a check found. */
  function sentences(certificate: CertificateJson, check: Check): string[] {
    return SENTENCES[check](certificate);
  }

  return { sentences };
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function raised(power: string): string {
  return [...power].map((digit) => (digit === '-' ? '⁻' : RAISED[Number(digit)])).join('');
}
