/** `/healthz`, `/livez` and `/readyz`: a list of checks, each good or not. @source kubernetes/apiserver pkg/server/healthz/healthz.go */
import { seconds } from '../../base/data.ts';
import type { TextBody } from '../../api/wire.ts';
import { ask, type Conversation } from '../../sim/conversation.ts';
import { HOOKS } from '../bootstrap/post-start.ts';
import type { EtcdAnswer } from '../etcd.ts';
import type { Reply } from '../stage.ts';
import type { Server } from '../state.ts';

/** How long the check waits for etcd. @source kubernetes/apiserver pkg/server/options/etcd.go (HealthcheckTimeout) */
const ETCD_TIMEOUT = seconds(2);

/** One line of the list. */
export interface Check { readonly name: string; readonly ok: boolean }
export interface HealthArgs { readonly endpoint: string; readonly verbose: boolean; readonly only: string; readonly exclude: readonly string[]; readonly checks: readonly Check[] }

/** The checks of an endpoint that need no answer from outside; etcd's is filled in by `health`. */
export function localChecks({ state }: Server, endpoint: string): readonly Check[] {
  const base = [{ name: 'ping', ok: true }, { name: 'log', ok: true }, { name: 'etcd', ok: false }];
  const ready = endpoint === 'readyz' ? [{ name: 'etcd-readiness', ok: false }, { name: 'informer-sync', ok: state.unready === 0 }] : [];
  const hooks = HOOKS.map(hook => ({ name: `poststarthook/${hook}`, ok: state.hooksDone.includes(hook) }));
  return [...base, ...ready, ...hooks, ...(endpoint === 'readyz' ? [{ name: 'shutdown', ok: true }] : [])];
}

/** Answers a health request: asks etcd for a key, then tells the result. */
export function* health(args: HealthArgs): Conversation<Reply> {
  const answer = yield* ask<EtcdAnswer<object> | { readonly type: 'timeout' }>('etcdWithin', { within: ETCD_TIMEOUT, request: { op: 'range', args: { key: '/registry/health', limit: 1 } } });
  const etcdOk = answer.type === 'etcd.response';
  const checks = args.checks
    .filter(({ name }) => !args.exclude.includes(name) && (args.only === '' || args.only === name))
    .map(check => (check.name.startsWith('etcd') ? { ...check, ok: etcdOk } : check));
  if (args.only !== '' && checks.length === 0) return { code: 404, body: { text: '404 page not found' } };
  const failed = checks.some(({ ok }) => !ok);
  const lines = checks.map(({ name, ok }) => (ok ? `[+]${name} ok` : `[-]${name} failed: reason withheld`));
  lines.push(`${args.endpoint} check ${failed ? 'failed' : 'passed'}`);
  const body: TextBody = { text: failed || args.verbose ? lines.join('\n') : 'ok' };
  return { code: failed ? 500 : 200, body };
}
