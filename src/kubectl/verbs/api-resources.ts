import { compareText } from '../../base/compare.ts';
import { apiVersionOf } from '../../api/resource.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Arguments, cx, defineCommand } from '../command.ts';
import { type Discovered, preferred } from '../../api/discovery.ts';
import { discover } from '../discovery.ts';
import { fail, seeHelp, usage } from '../errors.ts';
import { outputFlag } from '../flags.ts';
import { toJson } from '../json.ts';
import { isOn, isSet, listFlag, operands, textFlag } from '../options.ts';
import { table } from '../table.ts';
import { toKyaml } from '../kyaml.ts';
import { toYaml } from '../yaml.ts';

const FORMATS = ['json', 'kyaml', 'name', 'wide', 'yaml'];

/** Lists the kinds that the server serves.
 * @source kubernetes/kubectl pkg/cmd/apiresources/apiresources.go */
export const apiResources = defineCommand({
  path: ['kubectl', 'api-resources'],
  summary: 'list the kinds that the server knows',
  flags: [
    { ...outputFlag, choices: FORMATS },
    { name: 'api-group', type: 'string', summary: 'of this group only' },
    { name: 'namespaced', type: 'bool', summary: 'only with, or without, namespaces' },
    { name: 'verbs', type: 'list', summary: 'only those that can do this' },
    { name: 'categories', type: 'list', summary: 'only of these categories' },
    { name: 'no-headers', type: 'bool', summary: 'no header row' },
    { name: 'sort-by', type: 'string', summary: 'order of the rows', choices: ['name', 'kind'] },
    { name: 'cached', type: 'bool', summary: 'what is known already', hidden: true },
    { name: 'show-managed-fields', type: 'bool', summary: 'keep managedFields in the output', hidden: true },
  ],
  changesWorld: false,
  examples: [{ line: 'kubectl api-resources', shows: 'deployments' }, { line: 'kubectl api-resources --namespaced=false -o name', shows: 'nodes' }],
  *run(args: Arguments): Conversation<number> {
    const extra = operands(args, 'names');
    if (extra.length > 0) return yield* usage(seeHelp('kubectl api-resources', `unexpected arguments: [${extra.join(' ')}]`));
    const format = textFlag(args, 'output');
    if (format !== '' && !FORMATS.includes(format)) return yield* usage(`unable to match a printer suitable for the output format "${format}", allowed formats are: ${FORMATS.join(',')}`);
    const order = textFlag(args, 'sort-by');
    if (order !== '' && order !== 'name' && order !== 'kind') return yield* usage('--sort-by accepts only name or kind');
    const found = yield* discover();
    if (!found.ok) return yield* fail(found.error);
    const chosen = sorted(preferred(found.value).filter((each) => isWanted(each, args)), order);
    const text = textOf(chosen, format, isOn(args, 'no-headers'));
    if (text !== '') yield* cx.print(text);
    return 0;
  },
});

function isWanted(each: Discovered, args: Arguments): boolean {
  if (each.verbs.length === 0) return false;
  if (isSet(args, 'api-group') && each.group !== textFlag(args, 'api-group')) return false;
  if (isSet(args, 'namespaced') && each.namespaced !== isOn(args, 'namespaced')) return false;
  if (!listFlag(args, 'verbs').every((verb) => each.verbs.includes(verb))) return false;
  return listFlag(args, 'categories').every((category) => each.categories.includes(category));
}

/** By group, or as asked for; equal ones by name. */
function sorted(of: readonly Discovered[], order: string): readonly Discovered[] {
  const key = (each: Discovered): string => (order === 'kind' ? each.kind : order === 'name' ? each.plural : each.group);
  return [...of].sort((a, b) => compareText(key(a), key(b)) || compareText(a.plural, b.plural));
}

function textOf(chosen: readonly Discovered[], format: string, noHeaders: boolean): string {
  switch (format) {
    case 'json': return `${toJson(listObject(chosen), 'asIs')}\n`;
    case 'yaml': return toYaml(listObject(chosen));
    case 'kyaml': return toKyaml(listObject(chosen), 'asIs');
    case 'name': return chosen.map((each) => `${each.plural}${each.group === '' ? '' : `.${each.group}`}\n`).join('');
    default: return tableOf(chosen, format === 'wide', noHeaders);
  }
}

function tableOf(chosen: readonly Discovered[], isWide: boolean, noHeaders: boolean): string {
  const rows = chosen.map((each) => [each.plural, each.shortNames.join(','), apiVersionOf(each), String(each.namespaced), each.kind, ...(isWide ? [each.verbs.join(','), each.categories.join(',')] : [])]);
  const header = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(isWide ? ['VERBS', 'CATEGORIES'] : [])];
  return table(noHeaders ? rows : [header, ...rows]);
}

function listObject(chosen: readonly Discovered[]): object {
  const resources = chosen.map((each) => ({
    name: each.plural, singularName: each.singular, namespaced: each.namespaced, ...(each.group === '' ? {} : { group: each.group }), version: each.version, kind: each.kind, verbs: each.verbs,
    ...(each.shortNames.length === 0 ? {} : { shortNames: each.shortNames }), ...(each.categories.length === 0 ? {} : { categories: each.categories }),
  }));
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: '', resources };
}

/** Lists the groups and versions that the server serves.
 * @source kubernetes/kubectl pkg/cmd/apiresources/apiversions.go */
export const apiVersions = defineCommand({
  path: ['kubectl', 'api-versions'],
  summary: 'list the API groups and versions that the server knows',
  flags: [],
  changesWorld: false,
  examples: [{ line: 'kubectl api-versions', shows: 'apps/v1' }],
  *run(args: Arguments): Conversation<number> {
    const extra = operands(args, 'names');
    if (extra.length > 0) return yield* usage(seeHelp('kubectl api-versions', `unexpected arguments: [${extra.join(' ')}]`));
    const found = yield* discover();
    if (!found.ok) return yield* fail(found.error);
    yield* cx.print(found.value.map(apiVersionOf).sort(compareText).map((each) => `${each}\n`).join(''));
    return 0;
  },
});
