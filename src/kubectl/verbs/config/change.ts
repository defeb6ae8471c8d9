/** `kubectl config` commands that change the kubeconfig: contexts, clusters, users. */
import type { Result } from '../../../base/data.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { encodeBase64Text } from '../../../api/base64.ts';
import { type Arguments, type Command, cx, defineCommand, type Flag } from '../../command.ts';
import { usage } from '../../errors.ts';
import { CONTEXT, type Entry, type Kubeconfig, KUBECONFIG_PATH, withEntry } from '../../kubeconfig.ts';
import { isOn, isSet, listFlag, operands, textFlag } from '../../options.ts';
import type { Section } from './document.ts';

/** The changed file with what to say, or a complaint. */
type Changed = Result<{ readonly config: Kubeconfig; readonly said: string; readonly warned?: string }, string>;
interface Change {
  readonly word: string;
  readonly summary: string;
  readonly flags: readonly Flag[];
  readonly examples: Command['examples'];
  /** How many names it takes. */
  readonly names: number | readonly [least: number, most: number];
  change(config: Kubeconfig, names: readonly string[], args: Arguments): Changed;
}

/** A command that reads the kubeconfig, changes it, writes it back and says what it did. */
export function defineChange(what: Change): Command {
  const [least, most] = typeof what.names === 'number' ? [what.names, what.names] : what.names;
  return defineCommand({
    path: ['kubectl', 'config', what.word], summary: what.summary, changesWorld: true, flags: what.flags, examples: what.examples,
    *run(args: Arguments): Conversation<number> {
      const names = operands(args, 'names');
      if (names.length < least || names.length > most) return yield* usage(`Unexpected args: [${names.join(' ')}]`);
      const changed = what.change(yield* cx.kubeconfig(), names, args);
      if (!changed.ok) return yield* usage(changed.error);
      yield* cx.writeKubeconfig(changed.value.config);
      if (changed.value.warned !== undefined) yield* cx.printError(`${changed.value.warned}\n`);
      yield* cx.print(`${changed.value.said}\n`);
      return 0;
    },
  });
}

const refuse = (error: string): Changed => ({ ok: false, error });
const done = (config: Kubeconfig, said: string, warned?: string): Changed => ({ ok: true, value: { config, said, ...(warned === undefined ? {} : { warned }) } });

/** The entry with what the flags say; an empty value takes a field away. */
function merged(entry: Entry | undefined, args: Arguments, fields: readonly string[]): Entry {
  const next: Record<string, string | boolean> = { ...entry };
  for (const field of fields) if (isSet(args, field)) next[field] = textFlag(args, field);
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== '' && value !== false));
}

/** @source kubernetes/kubectl pkg/cmd/config/set_context.go */
export const setContext = defineChange({
  word: 'set-context', summary: 'make or change a context: kubectl config set-context --current --namespace=shop', names: [0, 1],
  flags: [
    { name: 'current', type: 'bool', summary: 'the context in use' }, { name: 'cluster', type: 'string', summary: 'cluster of the context' },
    { name: 'user', type: 'string', summary: 'user of the context' }, { name: 'namespace', short: 'n', type: 'string', summary: 'namespace of the context', completes: 'namespace' },
  ],
  examples: [{ line: 'kubectl config set-context --current --namespace=kube-system', shows: `Context "${CONTEXT}" modified.` }],
  change(config, [given = ''], args) {
    if (given === '' && !isOn(args, 'current')) return refuse('you must specify a non-empty context name or --current');
    if (given !== '' && isOn(args, 'current')) return refuse('you cannot specify both a context name and --current');
    const name = given === '' ? config.current : given;
    if (name === '') return refuse('no current context is set');
    const old = config.contexts[name];
    return done(withEntry(config, 'contexts', name, merged(old, args, ['cluster', 'user', 'namespace'])), `Context "${name}" ${old === undefined ? 'created' : 'modified'}.`);
  },
});

export const useContext = defineChange({
  word: 'use-context', summary: 'make a context the current one', names: 1, flags: [],
  examples: [{ line: `kubectl config use-context ${CONTEXT}`, shows: `Switched to context "${CONTEXT}".` }],
  change: (config, [name = '']) => (config.contexts[name] === undefined ? refuse(`no context exists with the name: "${name}"`) : done({ ...config, current: name }, `Switched to context "${name}".`)),
});

export const renameContext = defineChange({
  word: 'rename-context', summary: 'give a context another name', names: 2, flags: [],
  examples: [{ line: `kubectl config rename-context ${CONTEXT} admin`, shows: `Context "${CONTEXT}" renamed to "admin".` }],
  change(config, [from = '', to = '']) {
    const context = config.contexts[from];
    if (context === undefined) return refuse(`cannot rename the context "${from}", it's not in ${KUBECONFIG_PATH}`);
    if (config.contexts[to] !== undefined) return refuse(`cannot rename the context "${from}", the context "${to}" already exists in ${KUBECONFIG_PATH}`);
    const moved = withEntry(withEntry(config, 'contexts', from, undefined), 'contexts', to, context);
    return done(config.current === from ? { ...moved, current: to } : moved, `Context "${from}" renamed to "${to}".`);
  },
});

function deleter(noun: 'context' | 'cluster' | 'user', section: Section): Command {
  return defineChange({
    word: `delete-${noun}`, summary: `remove a ${noun} from the kubeconfig`, names: 1, flags: [],
    examples: [{ line: `kubectl config ${noun === 'user' ? 'set-credentials jane' : `set-${noun} spare`} && kubectl config delete-${noun} ${noun === 'user' ? 'jane' : 'spare'}`, shows: `deleted ${noun} ` }],
    change(config, [name = '']) {
      if (config[section][name] === undefined) return refuse(`cannot delete ${noun} ${name}, not in ${KUBECONFIG_PATH}`);
      const isActive = noun === 'context' && config.current === name;
      const warning = isActive ? 'warning: this removed your active context, use "kubectl config use-context" to select a different one' : undefined;
      return done(withEntry(config, section, name, undefined), `deleted ${noun} ${name} from ${KUBECONFIG_PATH}`, warning);
    },
  });
}

export const deleteContext = deleter('context', 'contexts');
export const deleteCluster = deleter('cluster', 'clusters');
export const deleteUser = deleter('user', 'users');

/** @source kubernetes/kubectl pkg/cmd/config/set_cluster.go */
export const setCluster = defineChange({
  word: 'set-cluster', summary: 'make or change a cluster of the kubeconfig', names: 1,
  flags: [
    { name: 'server', type: 'string', summary: 'address of the API server' }, { name: 'tls-server-name', type: 'string', summary: 'name on the certificate of the server' },
    { name: 'insecure-skip-tls-verify', type: 'bool', summary: 'do not check the certificate of the server' },
    { name: 'certificate-authority', type: 'string', summary: 'file with the certificate of the authority', completes: 'file' },
    { name: 'embed-certs', type: 'bool', summary: 'put the files in' }, { name: 'proxy-url', type: 'string', summary: 'proxy on the way', hidden: true },
  ],
  examples: [{ line: 'kubectl config set-cluster far --server=https://10.9.9.9:6443', shows: 'Cluster "far" set.' }],
  change(config, [name = ''], args) {
    if (isOn(args, 'insecure-skip-tls-verify') && textFlag(args, 'certificate-authority') !== '') return refuse('you cannot specify a certificate authority and insecure mode at the same time');
    const next = merged(config.clusters[name], args, ['server', 'tls-server-name', 'certificate-authority', 'proxy-url']);
    const skips = isSet(args, 'insecure-skip-tls-verify') ? isOn(args, 'insecure-skip-tls-verify') : next['insecure-skip-tls-verify'] === true;
    const entry = embedded({ ...next, ...(skips ? { 'insecure-skip-tls-verify': true } : {}) }, args, ['certificate-authority']);
    return entry.ok ? done(withEntry(config, 'clusters', name, entry.value), `Cluster "${name}" set.`) : entry;
  },
});

const INTERACTIVE: readonly string[] = ['IfAvailable', 'Never', 'Always'];

/** @source kubernetes/kubectl pkg/cmd/config/set_credentials.go */
export const setCredentials = defineChange({
  word: 'set-credentials', summary: 'make or change a user of the kubeconfig', names: 1,
  flags: [
    { name: 'token', type: 'string', summary: 'bearer token' }, { name: 'username', type: 'string', summary: 'name for basic authentication' }, { name: 'password', type: 'string', summary: 'password for basic authentication' },
    { name: 'client-certificate', type: 'string', summary: 'file with the certificate', completes: 'file' }, { name: 'client-key', type: 'string', summary: 'file with the key', completes: 'file' },
    { name: 'embed-certs', type: 'bool', summary: 'put the files in' },
    { name: 'auth-provider', type: 'string', summary: 'provider of credentials', hidden: true }, { name: 'auth-provider-arg', type: 'list', summary: 'arguments of the provider', hidden: true },
    { name: 'exec-command', type: 'string', summary: 'program that gives credentials', hidden: true }, { name: 'exec-api-version', type: 'string', summary: 'version of its protocol', hidden: true },
    { name: 'exec-arg', type: 'list', summary: 'its arguments', hidden: true }, { name: 'exec-env', type: 'list', summary: 'its environment', hidden: true },
    { name: 'exec-interactive-mode', type: 'string', summary: 'whether it may ask', hidden: true }, { name: 'exec-provide-cluster-info', type: 'bool', summary: 'whether it is told of the cluster', hidden: true },
  ],
  examples: [{ line: 'kubectl config set-credentials jane --token=abc', shows: 'User "jane" set.' }],
  change(config, [name = ''], args) {
    const hasBasic = textFlag(args, 'username') !== '' || textFlag(args, 'password') !== '';
    const mode = textFlag(args, 'exec-interactive-mode');
    if (mode !== '' && !INTERACTIVE.includes(mode)) return refuse(`invalid interactive mode type, can be only ${INTERACTIVE.join(', ')}`);
    if (textFlag(args, 'token') !== '' && hasBasic) return refuse('you cannot specify more than one authentication method at the same time: --token, --username/--password');
    const { token, username, password, ...rest } = config.users[name] ?? {};
    const kept: Entry = hasBasic ? { ...rest, ...textual({ username, password }) } : textFlag(args, 'token') !== '' ? rest : { ...rest, ...textual({ token, username, password }) };
    const helped = { ...kept, ...providerOf(kept, args), ...execOf(kept, args) };
    const entry = embedded(merged(helped, args, ['token', 'username', 'password', 'client-certificate', 'client-key']), args, ['client-certificate', 'client-key']);
    return entry.ok ? done(withEntry(config, 'users', name, entry.value), `User "${name}" set.`) : entry;
  },
});

/** A program of another kind that gives credentials: name and settings. */
function providerOf(entry: Entry, args: Arguments): Entry {
  const name = textFlag(args, 'auth-provider');
  const before = entry['auth-provider'] === undefined ? undefined : JSON.parse(String(entry['auth-provider'])) as { readonly name: string; readonly config: Readonly<Record<string, string>> | null };
  const provider = name === '' ? before : before?.name === name ? before : { name, config: null };
  if (provider === undefined) return {};
  const settings = pairsOf(listFlag(args, 'auth-provider-arg'));
  return { 'auth-provider': JSON.stringify(settings.length === 0 ? provider : { ...provider, config: Object.fromEntries([...new Map<string, string | null>([...Object.entries(provider.config ?? {}), ...settings])].filter(([, value]) => value !== null)) }) };
}

interface Exec { readonly command: string; readonly args: readonly string[] | null; readonly env: readonly { readonly name: string; readonly value: string }[] | null; readonly apiVersion?: string; readonly interactiveMode?: string; readonly provideClusterInfo: boolean }

/** The program that gives credentials. Without a command there is none to change. */
function execOf(entry: Entry, args: Arguments): Entry {
  const before = entry['exec'] === undefined ? undefined : JSON.parse(String(entry['exec'])) as Exec;
  const command = textFlag(args, 'exec-command');
  const exec: Exec | undefined = command === '' ? before : before === undefined ? { command, args: null, env: null, provideClusterInfo: false } : { ...before, command, args: null };
  if (exec === undefined) return {};
  const [version, mode, words, variables] = [textFlag(args, 'exec-api-version'), textFlag(args, 'exec-interactive-mode'), listFlag(args, 'exec-arg'), pairsOf(listFlag(args, 'exec-env'))];
  const named = new Map<string, string | null>([...(exec.env ?? []).map(({ name, value }) => [name, value] as const), ...variables]);
  const env = variables.length === 0 ? exec.env : [...named].flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
  return {
    exec: JSON.stringify({
      ...exec, env, ...(words.length === 0 ? {} : { args: words }), ...(version === '' ? {} : { apiVersion: version }), ...(mode === '' ? {} : { interactiveMode: mode }),
      ...(isSet(args, 'exec-provide-cluster-info') ? { provideClusterInfo: isOn(args, 'exec-provide-cluster-info') } : {}),
    }),
  };
}

/** `KEY=VALUE`, and `KEY-` for what is to go. */
const pairsOf = (words: readonly string[]): readonly (readonly [string, string | null])[] =>
  words.map((word) => { const at = word.indexOf('='); return at < 0 ? [word.replace(/-$/, ''), null] as const : [word.slice(0, at), word.slice(at + 1)] as const; });

const textual = (entry: Readonly<Record<string, string | boolean | undefined>>): Entry => Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as Entry;

/** With --embed-certs the contents of files stand in place of their names. */
function embedded(entry: Entry, args: Arguments, fields: readonly string[]): Result<Entry, string> {
  if (!isOn(args, 'embed-certs')) return { ok: true, value: entry };
  const next: Record<string, string | boolean> = { ...entry };
  for (const field of fields) {
    const path = next[field];
    if (typeof path !== 'string') continue;
    const text = args.files[path];
    if (text === undefined) return { ok: false, error: `could not stat ${field} file ${path}: stat ${path}: no such file or directory` };
    delete next[field];
    next[`${field}-data`] = encodeBase64Text(text);
  }
  return { ok: true, value: next };
}
