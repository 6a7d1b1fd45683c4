// Runs a model on the bytes of one tensor from standard input, and writes the bytes of one output.
import { buffer } from 'node:stream/consumers';
import * as ort from 'onnxruntime-node';

const [model = '', question = ''] = process.argv.slice(2);
const { names, name, output, type, dims } = JSON.parse(question);
const session = await ort.InferenceSession.create(model);
if (names) process.stdout.write(JSON.stringify(session.inputNames));
else {
  const bytes = new Uint8Array(await buffer(process.stdin));
  const data = type === 'uint8' ? bytes : new Float32Array(bytes.buffer);
  const results = await session.run({ [name]: new ort.Tensor(type, data, dims) }, [output]);
  const answer = /** @type {Float32Array} */ (results[output]?.data);
  process.stdout.write(Buffer.from(answer.buffer));
}
