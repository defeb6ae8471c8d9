import { micros, millis } from '../../../base/data.ts';
import type { RangeResponse } from '../../../etcd/contract.ts';
import { ask, type Conversation } from '../../../sim/conversation.ts';
import { etcd, etcdFailure, range } from '../../etcd.ts';
import { fail } from './create.ts';
import type { Learned } from './learn.ts';

/** Pause between two looks for something that should be on its way. @source kubernetes/kubernetes plugin/pkg/admission/serviceaccount/admission.go (100 ms and up to as much again) */
const PAUSE = millis(100);

/** What admission misses in the cache. */
export interface LookupArgs { readonly resource: string; readonly key: string; readonly attempts: number }

/** Looks in etcd for what the cache lacks, and waits until the cache knows it too. */
export function* lookup(args: LookupArgs): Conversation<Learned> {
  for (let attempt = 1; attempt <= args.attempts; attempt++) {
    const answer = yield* etcd<RangeResponse>(range({ key: args.key }));
    if (answer.type === 'etcd.error') return { reply: fail(etcdFailure(answer.error)) };
    if (answer.body.kvs.length > 0) {
      yield* ask('fresh', { resource: args.resource, revision: answer.header.revision });
      break;
    }
    if (attempt < args.attempts) yield* ask('sleep', micros(PAUSE));
  }
  return { value: true };
}
