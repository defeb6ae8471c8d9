import { must } from '../../base/assert.ts';
import type { Node } from '../../api/kinds/all.ts';
import { descriptorOfKind } from '../../api/scheme.ts';
import { changeFlags, selectorFlag } from '../flags.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Arguments, type Command, cx, defineCommand } from '../command.ts';
import { type DryRun, dryRunOf, dryRunSuffix } from '../change.ts';
import { fail, type Failure, seeHelp, usage } from '../errors.ts';
import { operands, textFlag } from '../options.ts';
import { list, patch, read } from '../requests.ts';

const nodes = must(descriptorOfKind('Node'), 'nodes are served');

function cordonCommand(verb: 'cordon' | 'uncordon', summary: string): Command {
  return defineCommand({
    path: ['kubectl', verb], summary, changesWorld: true,
    flags: [...changeFlags.filter((flag) => flag.name === 'dry-run'), selectorFlag],
    examples: [{ line: `kubectl ${verb} worker-1`, shows: verb === 'cordon' ? 'node/worker-1 cordoned' : 'node/worker-1 already uncordoned' }],
    *run(args: Arguments): Conversation<number> {
      const dryRun = dryRunOf(args);
      if (!dryRun.ok) return yield* fail(dryRun.error);
      if (operands(args, 'names').length > 0 && textFlag(args, 'selector') !== '') return yield* usage(seeHelp(`kubectl ${verb}`, 'cannot specify both a node name and a --selector option'));
      const names = yield* nodeNames(args);
      if (names.length === 0 && textFlag(args, 'selector') === '') return yield* usage(seeHelp(`kubectl ${verb}`, `USAGE: ${verb} NODE [flags]`));
      return yield* cordonAll(names, verb === 'cordon', dryRun.value);
    },
  });
}

/** @source kubernetes/kubectl pkg/cmd/drain/drain.go */
export const cordon = cordonCommand('cordon', 'keep new pods off a node');
export const uncordon = cordonCommand('uncordon', 'let pods onto a node again');

/** The nodes named, or chosen by -l. */
export function* nodeNames(args: Arguments): Conversation<readonly string[]> {
  const selector = textFlag(args, 'selector');
  if (selector === '') return operands(args, 'names').map((name) => name.replace(/^(node|nodes|no)\//, ''));
  const found = yield* list({ descriptor: nodes, namespace: '', name: '' }, { labelSelector: selector });
  return found.ok ? found.value.items.map((node) => node.metadata.name) : [];
}

/** Cordons or uncordons nodes and says so; when one is missing, none. */
export function* cordonAll(names: readonly string[], wanted: boolean, dryRun: DryRun): Conversation<number> {
  const found: Node[] = [];
  for (const name of names) {
    const node = yield* read({ descriptor: nodes, namespace: '', name });
    if (!node.ok) return yield* fail(node.error);
    found.push(node.value as Node);
  }
  const failures: Failure[] = [];
  for (const node of found) {
    const failure = yield* setUnschedulable(node, wanted, dryRun);
    if (failure !== undefined) failures.push(failure);
  }
  return yield* fail(...failures);
}

function* setUnschedulable(node: Node, wanted: boolean, dryRun: DryRun): Conversation<Failure | undefined> {
  const { name } = node.metadata;
  const done = wanted ? 'cordoned' : 'uncordoned';
  if ((node.spec?.unschedulable ?? false) === wanted) {
    yield* cx.print(`node/${name} already ${done}${dryRunSuffix(dryRun)}\n`);
    return undefined;
  }
  if (dryRun !== 'client') {
    const answer = yield* patch({ descriptor: nodes, namespace: '', name }, { spec: { unschedulable: wanted ? true : null } }, { type: 'strategic', ...(dryRun === 'server' ? { options: { dryRun: true } } : {}) });
    if (!answer.ok) return answer.error;
  }
  yield* cx.print(`node/${name} ${done}${dryRunSuffix(dryRun)}\n`);
  return undefined;
}
