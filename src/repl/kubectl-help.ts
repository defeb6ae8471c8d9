/**
 * The help of kubectl in the layout of its own: sections, columns, usage lines and defaults as it prints them. What commands and flags do is told in our words.
 *
 * @source kubernetes/kubectl pkg/util/templates/templates.go, templater.go
 */
import { compareText } from '../base/compare.ts';
import type { Flag } from '../kubectl/command.ts';
import { commands } from '../kubectl/registry.ts';
import type { CatalogNode } from './parse/catalog.ts';

type Lang = 'ko' | 'en';

/** What stands behind the words of a command in its usage line; commands that are not here take flags only. `!`: nothing follows. */
const USAGES: Readonly<Record<string, string>> = {
  create: '-f FILENAME', 'create clusterrole': 'NAME --verb=verb --resource=resource.group [--resource-name=resourcename] [--dry-run=server|client|none]',
  'create clusterrolebinding': 'NAME --clusterrole=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]',
  'create configmap': 'NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none]',
  'create cronjob': 'NAME --image=image --schedule=\'0/5 * * * ?\' -- [COMMAND] [args...] [flags]', 'create deployment': 'NAME --image=image -- [COMMAND] [args...]',
  'create ingress': 'NAME --rule=host/path=service:port[,tls[=secret]]', 'create job': 'NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...]',
  'create namespace': 'NAME [--dry-run=server|client|none]', 'create poddisruptionbudget': 'NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none]',
  'create priorityclass': 'NAME --value=VALUE --global-default=BOOL [--dry-run=server|client|none]',
  'create quota': 'NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] [--dry-run=server|client|none]',
  'create role': 'NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] [--dry-run=server|client|none]',
  'create rolebinding': 'NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]',
  'create secret': '(docker-registry | generic | tls)',
  'create secret docker-registry': 'NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none]',
  'create secret generic': 'NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none]',
  'create secret tls': 'NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none]',
  'create service clusterip': 'NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none]',
  'create service externalname': 'NAME --external-name external.name [--dry-run=server|client|none]',
  'create service loadbalancer': 'NAME [--tcp=port:targetPort] [--dry-run=server|client|none]',
  'create service nodeport': 'NAME [--tcp=port:targetPort] [--dry-run=server|client|none]', 'create serviceaccount': 'NAME [--dry-run=server|client|none]',
  'create token': 'SERVICE_ACCOUNT_NAME',
  expose: '(-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] [--type=type]',
  run: 'NAME --image=image [--env="key=value"] [--port=port] [--dry-run=server|client] [--overrides=inline-json] [--command] -- [COMMAND] [args...]', set: 'SUBCOMMAND',
  'set env': 'RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N', 'set image': '(-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N',
  'set resources': '(-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS]', 'set selector': '(-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version]',
  'set serviceaccount': '(-f FILENAME | TYPE NAME) SERVICE_ACCOUNT',
  'set subject': '(-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]',
  explain: 'TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [-o|--output=plaintext|plaintext-openapiv2]',
  get: '[(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file|custom-columns|custom-columns-file|wide] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags]',
  edit: '(RESOURCE/NAME | -f FILENAME)', delete: '([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)])', rollout: 'SUBCOMMAND',
  'rollout history': '(TYPE NAME | TYPE/NAME) [flags]', 'rollout pause': 'RESOURCE', 'rollout restart': 'RESOURCE', 'rollout resume': 'RESOURCE',
  'rollout status': '(TYPE NAME | TYPE/NAME) [flags]', 'rollout undo': '(TYPE NAME | TYPE/NAME) [flags]',
  scale: '[--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)',
  autoscale: '(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU] [--memory=MEMORY]', certificate: 'SUBCOMMAND',
  'certificate approve': '(-f FILENAME | NAME)', 'certificate deny': '(-f FILENAME | NAME)', 'top node': '[NAME | -l label]', 'top pod': '[NAME | -l label]', cordon: 'NODE',
  uncordon: 'NODE', drain: 'NODE', taint: 'NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N',
  describe: '(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)', logs: '[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]', attach: '(POD | TYPE/NAME) -c CONTAINER',
  exec: '(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]', 'port-forward': 'TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N] !',
  proxy: '[--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix]', cp: '<file-spec-src> <file-spec-dest>',
  'auth can-i': 'VERB [TYPE | TYPE/NAME | NONRESOURCEURL]', 'auth reconcile': '-f FILENAME', 'auth whoami': '',
  debug: '(POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ]',
  events: '[(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file] [--for TYPE/NAME] [--watch] [--types=Normal,Warning]',
  diff: '-f FILENAME', apply: '(-f FILENAME | -k DIRECTORY)', 'apply edit-last-applied': '(RESOURCE/NAME | -f FILENAME)', 'apply set-last-applied': '-f FILENAME',
  'apply view-last-applied': '(TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME)', patch: '(-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]', replace: '-f FILENAME',
  wait: '([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath=\'{}\'[=value]]',
  kustomize: 'DIR [flags]', label: '[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]',
  annotate: '[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]', completion: 'SHELL', 'alpha kuberc': 'SUBCOMMAND',
  'alpha kuberc set': '--section (defaults|aliases) --command COMMAND', 'alpha kuberc view': '', 'api-versions': '', config: 'SUBCOMMAND', 'config delete-cluster': 'NAME',
  'config delete-context': 'NAME', 'config delete-user': 'NAME', 'config get-contexts': '[(-o|--output=)name)]', 'config rename-context': 'CONTEXT_NAME NEW_NAME',
  'config set': 'PROPERTY_NAME PROPERTY_VALUE',
  'config set-cluster': 'NAME [--server=server] [--certificate-authority=path/to/certificate/authority] [--insecure-skip-tls-verify=true] [--tls-server-name=example.com]',
  'config set-context': '[NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace]',
  'config set-credentials': 'NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] [--token=bearer_token] [--username=basic_user] [--password=basic_password] [--auth-provider=provider_name] [--auth-provider-arg=key=value] [--exec-command=exec_command] [--exec-api-version=exec_api_version] [--exec-arg=arg] [--exec-env=key=value]',
  'config unset': 'PROPERTY_NAME', 'config use-context': 'CONTEXT_NAME',
};

/** Values that flags have when they are not given, where these are not empty; those of one command before those of all. */
const DEFAULTS: Readonly<Record<string, string>> = {
  'allow-missing-template-keys': 'true', 'dry-run': 'none', 'field-manager': 'kubectl-create', validate: 'strict', replicas: '1',
  'preemption-policy': 'PreemptLowerPriority', 'docker-server': 'https://index.docker.io/v1/', 'override-type': 'merge', cascade: 'background', 'grace-period': '-1',
  'pod-running-timeout': '1m0s', containers: '*', 'chunk-size': '500', 'server-print': 'true', 'current-replicas': '-1', max: '-1', min: '-1',
  'use-protocol-buffers': 'true', 'show-events': 'true', 'max-log-requests': '5', tail: '-1', address: '[localhost]',
  'accept-hosts': '^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$', 'accept-paths': '^.*', 'api-prefix': '/', 'reject-methods': '^$',
  'reject-paths': '^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach', 'www-prefix': '/static/', 'keep-init-containers': 'true', profile: 'legacy', 'share-processes': 'true',
  concurrency: '1', 'openapi-patch': 'true', 'helm-command': 'helm', 'load-restrictor': 'LoadRestrictionsRootOnly', 'network-name': 'bridge', namespaced: 'true',
  merge: 'true', 'create deployment port': '-1', 'expose field-manager': 'kubectl-expose', 'run field-manager': 'kubectl-run', 'run restart': 'Always',
  'set env field-manager': 'kubectl-set', 'set env overwrite': 'true', 'set image field-manager': 'kubectl-set', 'set resources field-manager': 'kubectl-set',
  'set selector field-manager': 'kubectl-set', 'set selector recursive': 'true', 'set serviceaccount field-manager': 'kubectl-set',
  'set subject field-manager': 'kubectl-set', 'explain output': 'plaintext', 'edit field-manager': 'kubectl-edit', 'delete wait': 'true',
  'rollout pause field-manager': 'kubectl-rollout', 'rollout restart field-manager': 'kubectl-rollout', 'rollout resume field-manager': 'kubectl-rollout',
  'rollout status watch': 'true', 'scale replicas': '0', 'autoscale field-manager': 'kubectl-autoscale', 'cluster-info dump output': 'json',
  'cluster-info dump pod-running-timeout': '20s', 'top pod containers': 'false', 'taint field-manager': 'kubectl-taint', 'logs pod-running-timeout': '20s',
  'proxy address': '127.0.0.1', 'proxy port': '8001', 'diff field-manager': 'kubectl-client-side-apply', 'apply field-manager': 'kubectl-client-side-apply',
  'apply overwrite': 'true', 'apply edit-last-applied field-manager': 'kubectl-client-side-apply', 'apply view-last-applied output': 'yaml',
  'patch field-manager': 'kubectl-patch', 'patch type': 'strategic', 'replace field-manager': 'kubectl-replace', 'wait recursive': 'true', 'wait timeout': '30s',
  'label field-manager': 'kubectl-label', 'annotate field-manager': 'kubectl-annotate', 'alpha kuberc view output': 'yaml', 'config view output': 'yaml',
};
const ZEROS: Readonly<Record<Flag['type'], string>> = { bool: 'false', string: '', int: '0', duration: '0s', list: '[]' };
/** @source spf13/cobra command.go (minNamePadding) */
const NAME_WIDTH_MIN = 11;

/** The help of a command of kubectl; undefined = it is none. */
export function kubectlHelp(node: CatalogNode, lang: Lang): string | undefined {
  const [program, ...words] = node.path;
  if (program !== 'kubectl' || words.length === 0) return undefined;
  const name = words.join(' ');
  const command = commands.find(({ path }) => path.join(' ') === `kubectl ${name}`);
  const children = [...node.children.values()].sort((a, b) => compareText(a.path.at(-1) ?? '', b.path.at(-1) ?? ''));
  const flags = (command?.flags ?? []).filter(flag => flag.name !== 'help' && !GLOBAL.has(flag.name)).sort((a, b) => compareText(a.name, b.name));
  const parts = [
    sentence(node.summary[lang]), section('Examples', (command?.examples ?? []).map(({ line }) => `  ${line}`)), section('Available Commands', childLines(children, lang)),
    section('Options', flags.map(flag => `${flagLine(name, flag)}\n\t${sentence(flag.summary)}\n`)).replace(/\n$/, ''), section('Usage', [`  kubectl ${name} ${usageOf(name)}`]),
    `${children.length === 0 ? '' : `Use "kubectl ${name} <command> --help" for more information about a given command.\n`}Use "kubectl options" for a list of global command-line options (applies to all commands).`,
  ];
  return parts.filter(part => part !== '').join('\n\n');
}

/** Flags of all commands are told by `kubectl options`; `config set-context` has a namespace of its own. */
const GLOBAL: ReadonlySet<string> = new Set(['as', 'as-group', 'as-uid', 'as-user-extra', 'cluster', 'context', 'kubeconfig', 'namespace', 'request-timeout', 'server', 'token', 'user', 'v', 'warnings-as-errors']);

const section = (title: string, lines: readonly string[]): string => (lines.length === 0 ? '' : `${title}:\n${lines.join('\n')}`);

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return first === '' || /[.!?]$/.test(first) ? first : `${first}.`;
}

function usageOf(name: string): string {
  const usage = USAGES[name] ?? '[flags]';
  return usage.endsWith(' !') ? usage.slice(0, -2) : `${usage} [options]`.trim();
}

function childLines(children: readonly CatalogNode[], lang: Lang): readonly string[] {
  const width = Math.max(NAME_WIDTH_MIN, ...children.map(({ path }) => (path.at(-1) ?? '').length));
  return children.map(({ path, summary }) => `  ${(path.at(-1) ?? '').padEnd(width)}   ${sentence(summary[lang]).replace(/\.$/, '')}`);
}

/** `-o, --output='':`. */
function flagLine(command: string, flag: Flag): string {
  const value = DEFAULTS[`${command} ${flag.name}`] ?? DEFAULTS[flag.name] ?? ZEROS[flag.type];
  return `    ${flag.short === undefined ? '' : `-${flag.short}, `}--${flag.name}=${flag.type === 'string' ? `'${value}'` : value}:`;
}
