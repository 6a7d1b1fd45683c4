/** The events that an event file is made of, in the encodings that TensorBoard's plugins read. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  EventSchema,
  type Event,
  type SummaryMetadataSchema,
  type SummaryValueSchema,
} from './proto/tensorboard_pb.ts';

/** TensorFlow's `DT_STRING`. */
const DT_STRING = 7;

/** `SessionLog.SessionStatus.START`. */
const START = 1;

type What = NonNullable<MessageInitShape<typeof EventSchema>['what']>;

/** @param time milliseconds since 1970, which event files count in seconds */
function event(time: number, step: number, what: What): Event {
  return create(EventSchema, { wallTime: time / 1000, step: BigInt(step), what });
}

function summary(
  time: number,
  step: number,
  value: readonly MessageInitShape<typeof SummaryValueSchema>[],
): Event {
  return event(time, step, { case: 'summary', value: { value: [...value] } });
}

/** What every event file begins with. */
export function fileVersion(time: number): Event {
  return event(time, 0, { case: 'fileVersion', value: 'brain.Event:2' });
}

/** Says that a writer begins at `step`: older files' events of that step and later are void. */
export function sessionStart(time: number, step: number): Event {
  return event(time, step, { case: 'sessionLog', value: { status: START } });
}

/** A number that is plotted, with Markdown that says what it is. */
export interface Scalar {
  readonly tag: string;
  readonly value: number;
  /** TensorBoard keeps the first one it finds. */
  readonly description?: string | undefined;
}

/** Numbers of one moment. They are kept as float32. */
export function scalarsEvent(time: number, step: number, scalars: readonly Scalar[]): Event {
  return summary(
    time,
    step,
    scalars.map(({ tag, value, description }) => ({
      tag,
      value: { case: 'simpleValue', value },
      ...(description !== undefined && { metadata: metadata('scalars', description) }),
    })),
  );
}

/** A picture as the bytes of a PNG file. */
export interface Picture {
  readonly tag: string;
  readonly width: number;
  readonly height: number;
  readonly png: Uint8Array;
  readonly description: string;
}

/** A picture that the image dashboard shows. */
export function imageEvent(time: number, { tag, width, height, png, description }: Picture): Event {
  const image = { width, height, colorspace: 3, encodedImageString: png };
  return summary(time, 0, [
    { tag, value: { case: 'image', value: image }, metadata: metadata('images', description) },
  ]);
}

/** A table of texts, row by row, each of them Markdown. */
export function tableEvent(time: number, tag: string, rows: readonly (readonly string[])[]): Event {
  const dim = [rows.length, rows[0]?.length ?? 0].map((size) => ({ size: BigInt(size) }));
  const stringVal = rows.flat().map((text) => new TextEncoder().encode(text));
  const tensor = { dtype: DT_STRING, tensorShape: { dim }, stringVal };
  return summary(time, 0, [
    { tag, value: { case: 'tensor', value: tensor }, metadata: metadata('text', '') },
  ]);
}

/** @param graph the bytes of a `GraphDef` */
export function graphEvent(time: number, graph: Uint8Array): Event {
  return event(time, 0, { case: 'graphDef', value: graph });
}

/** Dashboards filter by the class of a plugin's data: scalars 1, tensors 2, blobs 3. */
const DATA_CLASSES = { scalars: 1, text: 2, images: 3 } as const;

function metadata(
  plugin: keyof typeof DATA_CLASSES,
  description: string,
): MessageInitShape<typeof SummaryMetadataSchema> {
  return {
    pluginData: { pluginName: plugin },
    summaryDescription: description,
    dataClass: DATA_CLASSES[plugin],
  };
}
