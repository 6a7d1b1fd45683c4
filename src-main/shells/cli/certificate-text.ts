/** Certificates in words. */
import type { CertificateJson } from '../../../src-shared/contract/certificate.ts';
import type { RunCertificates } from '../../../src-shared/contract/batches.ts';
import { count, table } from './text.ts';

/** A run's certificates as a table, and what is wrong in sentences. */
export function describeCertificates({
  run,
  classes,
  shuffle,
  thresholds,
  certificates,
}: RunCertificates): string {
  if (certificates.length === 0)
    return `${run} has no certificate yet: one is written at the end of each epoch.`;
  const found = certificates.flatMap((certificate) =>
    remarks(certificate, classes).map((remark) => `Epoch ${certificate.epoch}: ${remark}`),
  );
  return [
    `${run}, told by the tensors that its steps were fed; ${shuffle ? 'it was to be shuffled' : 'it was not to be shuffled'}.`,
    table(
      [
        'epoch',
        'fed',
        'images',
        'order',
        'class spread',
        'longest run',
        'file order',
        'repeats',
        'labels',
        'verdict',
      ],
      certificates.map(cells),
    ),
    ...(found.length === 0 ? ['Batches were shuffled, and every label belongs to its image.'] : found),
    `Class spread is the chance (χ²) that a random order spreads the classes as unevenly over the batches; longest run that of one class and what chance makes of it; file order Spearman's correlation. A chance below ${thresholds.fail} fails, below ${thresholds.notice} is worth a look.`,
  ].join('\n');
}

function cells(certificate: CertificateJson): string[] {
  const { epoch, fed, images, order, balance, classRun, fileOrder, repeat, labels, verdict } = certificate;
  return [
    ...[String(epoch), fed, String(images), order?.slice(0, 8) ?? 'in part'],
    balance === null ? '' : chance(balance.uneven),
    classRun === null ? '' : `${classRun.length} (chance: ${classRun.expected.toFixed(1)})`,
    fileOrder === null ? '' : fileOrder.correlation.toFixed(3),
    repeat.compared === 0 ? '' : repeat.epoch === null ? 'no' : `epoch ${repeat.epoch}`,
    `${labels.attached} of ${images}`,
    verdict,
  ];
}

/** A sentence for each check that did not pass. */
function remarks(certificate: CertificateJson, classes: readonly string[]): string[] {
  const { balance, classRun, fileOrder, repeat, labels, coverage, steps, witnessed, images } = certificate;
  const noted = (check: { readonly verdict: string } | null): boolean =>
    check?.verdict === 'fail' || check?.verdict === 'notice';
  return [
    ...(witnessed < steps
      ? [`only ${witnessed} of ${steps} steps were witnessed; the record of the others was lost.`]
      : []),
    ...(labels.unknown > 0 ? [`${count(labels.unknown, 'slot')} held bytes of no training image.`] : []),
    ...(labels.wrong > 0 ? [wrongLabels(certificate, classes)] : []),
    ...(repeat.epoch !== null ? [`the order is that of epoch ${repeat.epoch}.`] : []),
    ...(noted(fileOrder)
      ? [
          fileOrder!.same
            ? 'the images came in the order of their files.'
            : `the order goes with that of the files (ρ = ${fileOrder!.correlation.toFixed(3)}, by chance ${chance(fileOrder!.p)}).`,
        ]
      : []),
    ...(noted(balance)
      ? [
          balance!.even < balance!.uneven
            ? `the classes are spread more evenly over the batches than chance does it (${chance(balance!.even)}).`
            : `the classes are spread unevenly over the batches (by chance ${chance(balance!.uneven)}).`,
        ]
      : []),
    ...(noted(classRun)
      ? [
          `${count(classRun!.length, 'image')} of "${classes[classRun!.label]}" came in a row; chance makes about ${classRun!.expected.toFixed(1)} (${chance(classRun!.p)}).`,
        ]
      : []),
    ...(coverage.repeated > 0 ? [`${count(coverage.repeated, 'image')} of ${images} came again.`] : []),
    ...(coverage.verdict === 'fail' && coverage.missing > 0
      ? [`${count(coverage.missing, 'image')} did not come.`]
      : []),
  ];
}

function wrongLabels({ labels, images }: CertificateJson, classes: readonly string[]): string {
  const [first] = labels.examples;
  const example = `step ${first!.step}, image ${first!.slot + 1}: "${classes[first!.fed]}" for "${classes[first!.expected]}"`;
  return `${count(labels.wrong, 'label')} of ${images} did not belong to the image, the first at ${example}.`;
}

function chance(p: number): string {
  if (p >= 0.001) return p.toFixed(3);
  return p < 1e-99 ? '0' : p.toExponential(0);
}
