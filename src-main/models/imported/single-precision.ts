/** Files of other float types: everything the lab trains is float32. */
import { dataTypeNumber, dataTypeOf } from '../../onnx/data-types.ts';
import type { DataType, Tensor } from '../../onnx/tensor.ts';
import type { AttributeValue, Model, Node, ValueInfo } from '../../onnx/types.ts';
import { toFloat32 } from '../weights/to-float32.ts';

const OTHER_FLOATS: readonly DataType[] = ['float16', 'bfloat16', 'float64'];

/** The model with float32 in the place of every other float type, also as the target of casts. */
export function singlePrecision(model: Model): Model {
  const { graph } = model;
  return {
    ...model,
    graph: {
      ...graph,
      inputs: graph.inputs.map(singleInfo),
      initializers: new Map([...graph.initializers].map(([name, tensor]) => [name, single(tensor)])),
      nodes: graph.nodes.map(singleNode),
    },
  };
}

function isOther(dtype: DataType | undefined): boolean {
  return dtype !== undefined && OTHER_FLOATS.includes(dtype);
}

function single(tensor: Tensor): Tensor {
  return isOther(tensor.dtype) ? toFloat32(tensor) : tensor;
}

function singleInfo(info: ValueInfo): ValueInfo {
  return isOther(info.dtype) ? { ...info, dtype: 'float32' } : info;
}

function singleNode(node: Node): Node {
  const entries = Object.entries(node.attributes).map(([name, value]): [string, AttributeValue] => {
    if (value.type === 'tensor') return [name, { ...value, value: single(value.value) }];
    const target = name === 'to' && node.opType === 'Cast' && value.type === 'int';
    return target && isOther(dataTypeOf(value.value))
      ? [name, { ...value, value: dataTypeNumber('float32') }]
      : [name, value];
  });
  return { ...node, attributes: Object.fromEntries(entries) };
}
