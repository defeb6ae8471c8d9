import { Network } from './raft-network.ts';
import { scenarioWords } from './scenario-words.ts';

/**
 * Runs a text scenario: a command, a line `----`, and the exact output, then an empty line. Returns the text as it
 * should have been.
 *
 *     campaign 1
 *     ----
 *     1 becomes preCandidate, term 0
 */
export function runScenario(text: string): string {
  const net = new Network([]);
  const blocks = text.split(/\n\n(?=\S)/);
  const done = blocks.map((block) => {
    const [head = ''] = block.split(/\n----(?:\n|$)/);
    const commands = head.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    if (commands.length === 0) return block.trimEnd();
    const output = commands.flatMap((line) => {
      const [word = '', ...rest] = line.split(/\s+/);
      const command = scenarioWords[word];
      return command === undefined ? [`no command "${word}"; there are ${Object.keys(scenarioWords).join(', ')}`] : command(net, rest);
    });
    return `${head.trimEnd()}\n----\n${output.length === 0 ? 'ok' : output.join('\n')}`;
  });
  return `${done.join('\n\n')}\n`;
}
