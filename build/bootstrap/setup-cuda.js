import { existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT, projectNode, run } from './processes.js';

const PACKAGE = path.join(ROOT, 'node_modules/onnxruntime-node');
const LIBRARY = path.join(PACKAGE, 'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so');

/**
 * The environment for onnxruntime-node's install script. Its flag counts only where none of npm's variables says
 * `skip` or makes it believe in an installation of its own repository, after which it would silently do nothing.
 */
function installEnvironment() {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_config_(local_prefix|onnxruntime.*)|npm_package_json|onnxruntime_node.*)$/i.test(name),
  );
  return { ...Object.fromEntries(kept), ONNXRUNTIME_NODE_INSTALL: 'cuda12' };
}

/** Fetches the libraries of onnxruntime's CUDA execution provider (about 300 MB from NuGet). */
export async function setUpCuda() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.error(
      `The CUDA libraries exist for Linux on x64 only; this is ${process.platform} on ${process.arch}. Use --device webgpu or cpu.`,
    );
    return 1;
  }
  if (existsSync(LIBRARY)) {
    console.log(`Already there: ${LIBRARY}`);
    return 0;
  }
  const script = path.join(PACKAGE, 'script/install.js');
  const node = projectNode() ?? process.execPath;
  const code = await run(node, [script, '--onnxruntime-node-install=cuda12'], {
    cwd: PACKAGE,
    env: installEnvironment(),
  });
  if (existsSync(LIBRARY)) {
    console.log('The CUDA libraries are installed. `npx vitrine devices` shows whether a GPU answers.');
    return 0;
  }
  console.error(
    'The CUDA libraries could not be fetched from api.nuget.org. Is there a network? Then repeat it.',
  );
  return code === 0 ? 1 : code;
}
