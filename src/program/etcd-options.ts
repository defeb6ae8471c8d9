/** The arguments of a real etcd, named as kube-apiserver names them. */
import type { Result } from '../base/data.ts';
import type { Text } from '../base/text.ts';
import { misfit } from './words.ts';

/** '' = not given. */
export interface EtcdArguments { readonly servers: readonly string[]; readonly cafile: string; readonly certfile: string; readonly keyfile: string; readonly prefix: string }

const text = { type: 'string' } as const;
/** For Node's parser. */
export const etcdShape = { 'etcd-servers': { type: 'string', multiple: true }, 'etcd-cafile': text, 'etcd-certfile': text, 'etcd-keyfile': text, 'etcd-prefix': text } as const;

type Files = 'etcd-cafile' | 'etcd-certfile' | 'etcd-keyfile' | 'etcd-prefix';
export type EtcdValues = { readonly 'etcd-servers'?: readonly string[] | undefined } & { readonly [name in Files]?: string | undefined };

/** What was given; undefined = no real etcd. The addresses themselves are looked at by whoever connects. */
export function etcdArguments(values: EtcdValues): Result<EtcdArguments | undefined, Text> {
  const servers = (values['etcd-servers'] ?? []).flatMap(list => list.split(',')).map(server => server.trim());
  const { 'etcd-cafile': cafile = '', 'etcd-certfile': certfile = '', 'etcd-keyfile': keyfile = '', 'etcd-prefix': prefix = '/registry' } = values;
  if (servers.length === 0) {
    const alone = (['etcd-cafile', 'etcd-certfile', 'etcd-keyfile', 'etcd-prefix'] as const).find(name => values[name] !== undefined);
    return alone === undefined ? { ok: true, value: undefined } : { ok: false, error: { ko: `--${alone}: --etcd-servers와 함께 써 주세요.`, en: `--${alone}: expected --etcd-servers with it` } };
  }
  if (!/^(\/[\w.-]+)+$/.test(prefix)) return { ok: false, error: misfit('--etcd-prefix', { ko: '/registry 같은 경로가', en: 'a path such as /registry' }, prefix) };
  return { ok: true, value: { servers, cafile, certfile, keyfile, prefix } };
}

/** A real etcd has one past: it cannot be undone, gone back in, or made the same again by a seed. */
export function misplacedEtcd(word: string | undefined, values: { readonly seed?: string | undefined; readonly restore?: string | undefined; readonly clock?: string | undefined }): Text | undefined {
  if (word !== 'serve') return { ko: '--etcd-servers: pilothouse serve에서만 써요. 프롬프트와 수업과 시나리오는 되돌리고 다시 돌리는데, 진짜 etcd로는 그럴 수 없어요.', en: '--etcd-servers: only for pilothouse serve: the prompt, lessons and scenarios undo and replay, and a real etcd can do neither' };
  if (values.seed !== undefined) return { ko: '--seed: --etcd-servers와 함께 쓸 수 없어요. 진짜 etcd의 답과 그 시각은 실행할 때마다 달라요.', en: '--seed: not with --etcd-servers: what a real etcd answers, and when, is not the same from run to run' };
  if (values.clock !== undefined && values.clock !== 'now') return { ko: '--clock: --etcd-servers와 함께라면 now만 돼요. 저장소를 같이 쓰는 쪽이 그 시각을 읽어요.', en: '--clock: only now with --etcd-servers: whoever shares the store reads its times' };
  return values.restore === undefined ? undefined : { ko: '--restore: --etcd-servers와 함께 쓸 수 없어요. 진짜 etcd는 저장한 때로 되돌릴 수 없어요.', en: '--restore: not with --etcd-servers: a real etcd cannot be taken back to a saved moment' };
}
