/** Flags shared by many commands. */
import type { Flag } from './command.ts';

const help: Flag = { name: 'help', short: 'h', type: 'bool', summary: 'help for the command' };

/** Flags of every kubectl command. */
export const kubectlFlags: readonly Flag[] = [
  { name: 'namespace', short: 'n', type: 'string', summary: 'the namespace to act in', completes: 'namespace' },
  help,
  { name: 'as', type: 'string', summary: 'user to impersonate', hidden: true },
  { name: 'as-group', type: 'list', summary: 'group to impersonate', hidden: true },
  { name: 'as-uid', type: 'string', summary: 'uid to impersonate', hidden: true },
  { name: 'as-user-extra', type: 'list', summary: 'more about the user to impersonate, key=value', hidden: true },
  { name: 'cluster', type: 'string', summary: 'cluster of the kubeconfig to use', hidden: true },
  { name: 'context', type: 'string', summary: 'context of the kubeconfig to use', hidden: true },
  { name: 'kubeconfig', type: 'string', summary: 'kubeconfig file to use', hidden: true },
  { name: 'warnings-as-errors', type: 'bool', summary: 'fail when the server warns', hidden: true },
  { name: 'request-timeout', type: 'string', summary: 'how long to wait for one request', hidden: true },
  { name: 'server', short: 's', type: 'string', summary: 'address of the API server', hidden: true },
  { name: 'token', type: 'string', summary: 'bearer token', hidden: true },
  { name: 'user', type: 'string', summary: 'user of the kubeconfig to use', hidden: true },
  { name: 'v', short: 'v', type: 'int', summary: 'level of the log', hidden: true },
];

/** Flags of every etcdctl command. */
export const etcdctlFlags: readonly Flag[] = [
  { name: 'endpoints', type: 'list', summary: 'members to talk to' },
  { name: 'write-out', short: 'w', type: 'string', summary: 'form of the output', choices: ['simple', 'json', 'table', 'fields', 'protobuf'] },
  { name: 'hex', type: 'bool', summary: 'print bytes as hexadecimal' },
  { name: 'command-timeout', type: 'duration', summary: 'how long to wait for one command' },
  { name: 'dial-timeout', type: 'duration', summary: 'how long to wait for a connection' },
  { name: 'cacert', type: 'string', summary: 'certificate of the authority' },
  { name: 'cert', type: 'string', summary: 'client certificate' },
  { name: 'key', type: 'string', summary: 'key of the client certificate' },
  { name: 'user', type: 'string', summary: 'who asks: NAME or NAME:PASSWORD' },
  { name: 'password', type: 'string', summary: 'the password of --user' },
  { name: 'keepalive-time', type: 'duration', summary: 'how often a quiet connection is tried', hidden: true },
  { name: 'keepalive-timeout', type: 'duration', summary: 'how long such a trial may take', hidden: true },
  { name: 'debug', type: 'bool', summary: 'log of the client', hidden: true },
  { name: 'insecure-transport', type: 'bool', summary: 'talk without TLS', hidden: true },
  { name: 'insecure-skip-tls-verify', type: 'bool', summary: 'trust any server', hidden: true },
  { name: 'discovery-srv', short: 'd', type: 'string', summary: 'domain whose SRV records name the members', hidden: true },
  { name: 'discovery-srv-name', type: 'string', summary: 'name of the service in those records', hidden: true },
  { name: 'insecure-discovery', type: 'bool', summary: 'believe records of members without TLS', hidden: true },
  help,
];

/** Flags of every etcdutl command. */
export const etcdutlFlags: readonly Flag[] = [
  { name: 'write-out', short: 'w', type: 'string', summary: 'form of the output', choices: ['simple', 'json', 'table', 'fields'] },
  help,
];

/** Flags of every crictl command. */
export const crictlFlags: readonly Flag[] = [
  { name: 'runtime-endpoint', short: 'r', type: 'string', summary: 'socket of the runtime' },
  { name: 'timeout', short: 't', type: 'duration', summary: 'how long to wait for the runtime' },
  help,
];

/** `-o`, with the forms that every kubectl command prints. */
export const outputFlag: Flag = {
  name: 'output', short: 'o', type: 'string', summary: 'form of the output', completes: 'output',
  choices: ['json', 'yaml', 'name', 'jsonpath=', 'jsonpath-as-json=', 'custom-columns=', 'go-template='],
};
/** Flags of commands that print objects. */
export const printFlags: readonly Flag[] = [
  outputFlag,
  { name: 'template', type: 'string', summary: 'template for -o go-template or jsonpath', hidden: true },
  { name: 'show-managed-fields', type: 'bool', summary: 'keep managedFields in the output', hidden: true },
  { name: 'allow-missing-template-keys', type: 'bool', summary: 'print nothing for missing keys', hidden: true },
];
/** `--dry-run`, `--field-manager`. */
export const changeFlags: readonly Flag[] = [
  { name: 'dry-run', type: 'string', summary: 'only show what would be sent (client) or done (server)', implied: 'unchanged', choices: ['none', 'client', 'server'] },
  { name: 'field-manager', type: 'string', summary: 'who the changed fields belong to', hidden: true },
];
/** `-f`: files or `-` for standard input. */
export const fileFlags: readonly Flag[] = [
  { name: 'filename', short: 'f', type: 'list', summary: 'file with objects; - is standard input', completes: 'file' },
  { name: 'recursive', short: 'R', type: 'bool', summary: 'go through folders', hidden: true },
  { name: 'kustomize', short: 'k', type: 'string', summary: 'kustomization folder', hidden: true },
];
/** `-l`. */
export const selectorFlag: Flag = { name: 'selector', short: 'l', type: 'string', summary: 'label query, for example app=web', completes: 'selector' };
/** `--field-selector`. */
export const fieldSelectorFlag: Flag = { name: 'field-selector', type: 'string', summary: 'field query, for example status.phase=Running' };
/** `-A`. */
export const allNamespacesFlag: Flag = { name: 'all-namespaces', short: 'A', type: 'bool', summary: 'in all namespaces' };
/** `--all`. */
export const allFlag: Flag = { name: 'all', type: 'bool', summary: 'all objects of the given types' };
/** `--timeout`. */
export const timeoutFlag: Flag = { name: 'timeout', type: 'duration', summary: 'how long to wait; 0 means no limit' };
/** `--validate`. */
export const validateFlag: Flag = { name: 'validate', type: 'string', summary: 'what to do about unknown fields', implied: 'strict', choices: ['strict', 'warn', 'ignore'] };
