/** How the real etcd is reached: addresses and certificates as kube-apiserver takes them, and one client of the library per life of the connection. */
import { readFileSync } from 'node:fs';
import { noop } from 'cockatiel';
import { Etcd3, type IOptions } from 'etcd3';
import type { Result } from '../../base/data.ts';

/** What the arguments say; '' = not given. */
export interface EtcdChoices {
  /** URLs as given. */
  readonly servers: readonly string[];
  readonly cafile: string;
  readonly certfile: string;
  readonly keyfile: string;
  /** Where all keys begin, without a slash at the end. */
  readonly prefix: string;
}

/** `--etcd-prefix`. @source kubernetes/kubernetes pkg/controlplane/apiserver/options (DefaultEtcdPathPrefix) */
export const DEFAULT_PREFIX = '/registry';

/** Options of the library. The error is a sentence that names the bad argument. */
export function readEtcdChoices({ servers, cafile, certfile, keyfile }: EtcdChoices): Result<IOptions, string> {
  const hosts: string[] = [];
  let user: { readonly username: string; readonly password: string } | undefined;
  for (const text of servers) {
    const url = parseUrl(text);
    if (url === undefined) return { ok: false, error: `--etcd-servers: expected URLs such as http://127.0.0.1:2379, found "${text}"` };
    if (url.username !== '') user = { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
    hosts.push(`${url.protocol}//${url.hostname}:${url.port === '' ? '2379' : url.port}`);
  }
  const isSecure = hosts.filter(host => host.startsWith('https:')).length;
  if (isSecure > 0 && isSecure < hosts.length) return { ok: false, error: '--etcd-servers: expected either all http or all https' };
  const files = { cafile, certfile, keyfile };
  if (isSecure === 0 && Object.values(files).some(file => file !== '')) return { ok: false, error: '--etcd-cafile, --etcd-certfile and --etcd-keyfile: expected https in --etcd-servers' };
  if ((certfile === '') !== (keyfile === '')) return { ok: false, error: '--etcd-certfile and --etcd-keyfile: expected both or neither' };
  const credentials = readCredentials(files);
  if (!credentials.ok) return credentials;
  return { ok: true, value: { hosts, ...(isSecure > 0 && cafile !== '' ? { credentials: credentials.value } : {}), ...(user === undefined ? {} : { auth: user }) } };
}

function parseUrl(text: string): URL | undefined {
  try {
    const url = new URL(text);
    const isPlain = (url.pathname === '/' || url.pathname === '') && url.search === '' && url.hash === '';
    return /^https?:$/.test(url.protocol) && url.hostname !== '' && isPlain ? url : undefined;
  } catch {
    return undefined;
  }
}

type Credentials = NonNullable<IOptions['credentials']>;

function readCredentials(files: { readonly cafile: string; readonly certfile: string; readonly keyfile: string }): Result<Credentials, string> {
  const read: Record<string, Buffer> = {};
  for (const [name, file] of Object.entries(files)) {
    if (file === '') continue;
    try {
      read[name] = readFileSync(file);
    } catch (error) {
      return { ok: false, error: `--etcd-${name}: ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
    }
  }
  if (read['certfile'] !== undefined && read['cafile'] === undefined) return { ok: false, error: '--etcd-certfile: expected --etcd-cafile with it' };
  return {
    ok: true,
    value: {
      rootCertificate: read['cafile'] ?? Buffer.alloc(0),
      ...(read['certfile'] === undefined || read['keyfile'] === undefined ? {} : { certChain: read['certfile'], privateKey: read['keyfile'] }),
    },
  };
}

/**
 * A client that tries nothing again by itself: a write that may have happened must not be repeated behind the API server's back.
 * @source kubernetes/apiserver pkg/storage/storagebackend/factory/etcd3.go (keepalive 30 s, its time-out 10 s)
 */
export function newClient(options: IOptions): Etcd3 {
  return new Etcd3({
    ...options,
    faultHandling: { global: noop, host: () => noop },
    grpcOptions: {
      'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1, 'grpc.keepalive_time_ms': 30_000, 'grpc.keepalive_timeout_ms': 10_000,
      'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 1_000,
    },
  });
}

/** What gRPC or etcd said, without the library's number in front. */
export function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const said = text.replace(/^(Error: )?\d+ [A-Z_]+: /, '').replace(/^\w*Error: /, '');
  // The library wraps what the socket said.
  return /^No connection established\. Last error: (?:Error: )?(.*?)(?: \(\d{4}-[^)]*\))?\. Resolution note:/s.exec(said)?.[1] ?? said;
}

/** True when the connection failed and not the request: etcd's own refusals begin with its name. */
export function isConnectionFailure(error: unknown): boolean {
  const text = sentenceOf(error);
  return !text.startsWith('etcdserver:') && !text.startsWith('mvcc:') && !text.startsWith('auth:');
}
