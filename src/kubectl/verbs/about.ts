/** `version`, `cluster-info`, `api-resources`, `api-versions`. */
import { compareText } from '../../base/compare.ts';
import { apiVersionOf, type ResourceDescriptor } from '../../api/resource.ts';
import { descriptors, verbsOf } from '../../api/scheme.ts';
import type { ListBody } from '../../api/wire.ts';
import { must } from '../../base/assert.ts';
import { descriptorOfKind } from '../../api/scheme.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type ApiAnswer, type Arguments, cx, defineCommand } from '../command.ts';
import { fail, failureOf, plainFailure } from '../errors.ts';
import { outputFlag } from '../flags.ts';
import { toJson } from '../json.ts';
import { CLIENT_VERSION, KUSTOMIZE_VERSION, SERVER } from '../kubeconfig.ts';
import { isOn, isSet, listFlag, textFlag } from '../options.ts';
import { list } from '../requests.ts';
import { table } from '../table.ts';
import { toYaml } from '../yaml.ts';

const services = must(descriptorOfKind('Service'), 'services are served');

const getPath = (path: string): Conversation<ApiAnswer> => cx.request({ verb: 'get', group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path });

/** @source kubernetes/kubectl pkg/cmd/version/version.go */
export const version = defineCommand({
  path: ['kubectl', 'version'],
  summary: 'show the versions of client and server',
  flags: [{ ...outputFlag, choices: ['json', 'yaml'] }, { name: 'client', type: 'bool', summary: 'only of the client' }],
  changesWorld: false,
  examples: [{ line: 'kubectl version', shows: 'Server Version: v1.35' }],
  *run(args: Arguments): Conversation<number> {
    const output = textFlag(args, 'output');
    if (output !== '' && output !== 'json' && output !== 'yaml') return yield* fail(plainFailure("--output must be 'yaml' or 'json'"));
    const clientVersion = { major: '1', minor: '35', gitVersion: CLIENT_VERSION };
    const answer = isOn(args, 'client') ? undefined : yield* getPath('/version');
    const serverVersion = answer?.ok === true ? (answer.body as { readonly gitVersion?: string }) : undefined;
    const body = { clientVersion, kustomizeVersion: KUSTOMIZE_VERSION, ...(serverVersion === undefined ? {} : { serverVersion }) };
    if (output === 'json') yield* cx.print(`${toJson(body, 'asIs').replaceAll('    ', '  ')}\n`);
    else if (output === 'yaml') yield* cx.print(toYaml(body));
    else yield* cx.print(`Client Version: ${CLIENT_VERSION}\nKustomize Version: ${KUSTOMIZE_VERSION}\n${serverVersion === undefined ? '' : `Server Version: ${serverVersion.gitVersion ?? ''}\n`}`);
    return answer !== undefined && !answer.ok ? yield* fail(failureOf(answer)) : 0;
  },
});

/** @source kubernetes/kubectl pkg/cmd/clusterinfo/clusterinfo.go */
export const clusterInfo = defineCommand({
  path: ['kubectl', 'cluster-info'],
  summary: 'show where the control plane and its services are',
  flags: [],
  changesWorld: false,
  examples: [{ line: 'kubectl cluster-info', shows: 'Kubernetes control plane is running at' }],
  *run(): Conversation<number> {
    const found = yield* list({ descriptor: services, namespace: 'kube-system', name: '' }, { labelSelector: 'kubernetes.io/cluster-service=true' });
    if (!found.ok) return yield* fail(found.error);
    const lines = [`Kubernetes control plane is running at ${SERVER}`, ...serviceLines(found.value), '', "To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'."];
    yield* cx.print(lines.map((line) => `${line}\n`).join(''));
    return 0;
  },
});

function serviceLines(services: ListBody): readonly string[] {
  return services.items.map((service) => {
    const { name, labels } = service.metadata;
    const port = (service as { readonly spec?: { readonly ports?: readonly { readonly name?: string }[] } }).spec?.ports?.[0]?.name;
    return `${labels?.['kubernetes.io/name'] ?? name} is running at ${SERVER}/api/v1/namespaces/kube-system/services/${name}${port === undefined ? '' : `:${port}`}/proxy`;
  });
}

/** @source kubernetes/kubectl pkg/cmd/apiresources/apiresources.go */
export const apiResources = defineCommand({
  path: ['kubectl', 'api-resources'],
  summary: 'list the kinds that the server knows',
  flags: [
    { ...outputFlag, choices: ['wide', 'name'] },
    { name: 'api-group', type: 'string', summary: 'of this group only' },
    { name: 'namespaced', type: 'bool', summary: 'only with, or without, namespaces' },
    { name: 'verbs', type: 'list', summary: 'only those that can do this' },
    { name: 'categories', type: 'list', summary: 'only of these categories' },
    { name: 'no-headers', type: 'bool', summary: 'no header row' },
    { name: 'sort-by', type: 'string', summary: 'order of the rows', choices: ['name', 'kind'] },
    { name: 'cached', type: 'bool', summary: 'what is known already', hidden: true },
  ],
  changesWorld: false,
  examples: [{ line: 'kubectl api-resources', shows: 'deployments' }],
  *run(args: Arguments): Conversation<number> {
    const answer = yield* getPath('/apis');
    if (!answer.ok) return yield* fail(failureOf(answer));
    const output = textFlag(args, 'output');
    const chosen = sorted(descriptors.filter((each) => isWanted(each, args)), textFlag(args, 'sort-by'));
    if (output === 'name') {
      yield* cx.print(chosen.map((each) => `${each.plural}${each.group === '' ? '' : `.${each.group}`}\n`).join(''));
      return 0;
    }
    const isWide = output === 'wide';
    const rows = chosen.map((each) => [each.plural, each.shortNames.join(','), apiVersionOf(each), String(each.namespaced), each.kind, ...(isWide ? [verbsOf(each).join(','), each.categories.join(',')] : [])]);
    const header = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(isWide ? ['VERBS', 'CATEGORIES'] : [])];
    yield* cx.print(table(isOn(args, 'no-headers') ? rows : [header, ...rows]));
    return 0;
  },
});

function isWanted(descriptor: ResourceDescriptor, args: Arguments): boolean {
  if (isSet(args, 'api-group') && descriptor.group !== textFlag(args, 'api-group')) return false;
  if (isSet(args, 'namespaced') && descriptor.namespaced !== isOn(args, 'namespaced')) return false;
  if (!listFlag(args, 'verbs').every((verb) => verbsOf(descriptor).includes(verb))) return false;
  return listFlag(args, 'categories').every((category) => descriptor.categories.includes(category));
}

function sorted(of: readonly ResourceDescriptor[], by: string): readonly ResourceDescriptor[] {
  const key = (each: ResourceDescriptor): string => (by === 'kind' ? each.kind : by === 'name' ? each.plural : `${each.group}\u0000${each.plural}`);
  return [...of].sort((a, b) => compareText(key(a), key(b)));
}

/** @source kubernetes/kubectl pkg/cmd/apiresources/apiversions.go */
export const apiVersions = defineCommand({
  path: ['kubectl', 'api-versions'],
  summary: 'list the API groups and versions that the server knows',
  flags: [],
  changesWorld: false,
  examples: [{ line: 'kubectl api-versions', shows: 'apps/v1' }],
  *run(): Conversation<number> {
    const answer = yield* getPath('/apis');
    if (!answer.ok) return yield* fail(failureOf(answer));
    const groups = (answer.body as { readonly groups?: readonly { readonly versions?: readonly { readonly groupVersion: string }[] }[] }).groups ?? [];
    const versions = ['v1', ...groups.flatMap((group) => (group.versions ?? []).map((each) => each.groupVersion))];
    yield* cx.print([...new Set(versions)].sort(compareText).map((each) => `${each}\n`).join(''));
    return 0;
  },
});
