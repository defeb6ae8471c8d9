/** The arguments of a real etcd, named as kube-apiserver names them. */
import type { Result } from '../base/data.ts';

/** '' = not given. */
export interface EtcdArguments { readonly servers: readonly string[]; readonly cafile: string; readonly certfile: string; readonly keyfile: string; readonly prefix: string }

const text = { type: 'string' } as const;
/** For Node's parser. */
export const etcdShape = { 'etcd-servers': { type: 'string', multiple: true }, 'etcd-cafile': text, 'etcd-certfile': text, 'etcd-keyfile': text, 'etcd-prefix': text } as const;

type Files = 'etcd-cafile' | 'etcd-certfile' | 'etcd-keyfile' | 'etcd-prefix';
export type EtcdValues = { readonly 'etcd-servers'?: readonly string[] | undefined } & { readonly [name in Files]?: string | undefined };

/** What was given; undefined = no real etcd. The addresses themselves are looked at by whoever connects. */
export function etcdArguments(values: EtcdValues): Result<EtcdArguments | undefined, string> {
  const servers = (values['etcd-servers'] ?? []).flatMap(list => list.split(',')).map(server => server.trim());
  const { 'etcd-cafile': cafile = '', 'etcd-certfile': certfile = '', 'etcd-keyfile': keyfile = '', 'etcd-prefix': prefix = '/registry' } = values;
  if (servers.length === 0) {
    const alone = (['etcd-cafile', 'etcd-certfile', 'etcd-keyfile', 'etcd-prefix'] as const).find(name => values[name] !== undefined);
    return alone === undefined ? { ok: true, value: undefined } : { ok: false, error: `--${alone}: expected --etcd-servers with it` };
  }
  if (!/^(\/[\w.-]+)+$/.test(prefix)) return { ok: false, error: `--etcd-prefix: expected a path such as /registry, found "${prefix}"` };
  return { ok: true, value: { servers, cafile, certfile, keyfile, prefix } };
}

/** A real etcd has one past: it cannot be undone, gone back in, or made the same again by a seed. */
export function misplacedEtcd(word: string | undefined, values: { readonly seed?: string | undefined; readonly restore?: string | undefined; readonly clock?: string | undefined }): string | undefined {
  if (word !== 'serve') return '--etcd-servers: only for pilothouse serve: the prompt, lessons and scenarios undo and replay, and a real etcd can do neither';
  if (values.seed !== undefined) return '--seed: not with --etcd-servers: what a real etcd answers, and when, is not the same from run to run';
  if (values.clock !== undefined && values.clock !== 'now') return '--clock: only now with --etcd-servers: whoever shares the store reads its times';
  return values.restore === undefined ? undefined : '--restore: not with --etcd-servers: a real etcd cannot be taken back to a saved moment';
}
