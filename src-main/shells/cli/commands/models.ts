import type { Command } from 'commander';
import { runSession } from '../session.ts';
import { table } from '../text.ts';

/** `vitrine models` */
export function modelsCommand(program: Command): void {
  program
    .command('models')
    .description('List networks with what they cost, and the weights known by name.')
    .action((_: unknown, command: Command) =>
      runSession(command.optsWithGlobals(), async ({ client, output }) => {
        const models = await client.system.models();
        output.result(models, () =>
          [
            'Networks (--model), at the image size and number of classes they were published with:',
            table(
              ['name', 'size', 'classes', 'parameters', 'M multiply-adds', 'published'],
              models.architectures.map((network) => [
                ...[network.name, String(network.imageSize), String(network.classes)],
                ...[network.parameters.toLocaleString('en-US'), (network.multiplyAdds / 1e6).toFixed(1)],
                network.paper,
              ]),
            ),
            '',
            'Weights (--weights), besides none and any .safetensors or .pth file:',
            table(
              ['name', 'model', 'size', 'here', 'what', 'licence'],
              models.weights.map((entry) => [
                ...[
                  entry.name,
                  entry.model,
                  String(entry.imageSize),
                  entry.available ? 'yes' : 'to download',
                ],
                ...[entry.description, entry.licence],
              ]),
            ),
          ].join('\n'),
        );
      }),
    );
}
