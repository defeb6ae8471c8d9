/** What the server does of its own accord. At most one task of each name runs. */
import { must, unreachable } from '../base/assert.ts';
import { deepFreeze, micros, type Micros } from '../base/data.ts';
import type { KubeObject } from '../api/meta.ts';
import { storageKey } from '../api/resource.ts';
import { descriptorOfObject } from '../api/scheme.ts';
import type { ApiCall } from '../api/wire.ts';
import type { EtcdRequest } from '../etcd/contract.ts';
import { converse, newConversation, PENDING, type Question } from '../sim/conversation.ts';
import { HOOKS } from './bootstrap/post-start.ts';
import { availabilityDone, availabilityWork, type Checked } from './aggregation/checks.ts';
import { definitionWork } from './custom/work.ts';
import { newBatch, queueCalls } from './batch.ts';
import { sendEtcd } from './etcd.ts';
import { flowStatusCalls } from './fairness/status.ts';
import { type WatchedForm, watchBacklog, watchConverted } from './conversion/watches.ts';
import { drawUid } from './registry/before-create.ts';
import { resourceKey } from './resources.ts';
import { scripts } from './scripts.ts';
import type { Server, Task } from './state.ts';
import { askWebhook, type WebhookQuestion } from './webhooks.ts';

type TaskQuestion = 'etcd' | 'calls' | 'cachedObject' | 'missing' | 'now' | 'sleep' | 'hookDone' | 'compacted' | 'definitionWork' | 'flowStatuses' | 'availabilityWork' | 'availabilityDone' | 'uid' | 'webhook' | 'watchBacklog' | 'watchConverted';

/** Starts a task, unless its last round still runs. `script`: where that is not its name. */
export function startTask(server: Server, name: string, args: object, script = name): void {
  const { state, out } = server;
  if (state.tasks.has(name)) return;
  const task: Task = { conversation: newConversation(script, deepFreeze(args), out.cause), batch: undefined };
  state.tasks.set(name, task);
  goOnWithTask(server, name, undefined);
}

/** Gives a task the answer that it waits for. */
export function goOnWithTask(server: Server, name: string, answer: { readonly value: unknown } | undefined): void {
  const task = server.state.tasks.get(name);
  if (task === undefined) return;
  const end = converse(scripts, task.conversation, { answer, verify: server.out.verify, handle: question => handle(server, name, question) });
  if (end !== undefined) server.state.tasks.delete(name);
}

function handle(server: Server, name: string, question: Question): unknown {
  const { state, out } = server;
  const what = question.ask as TaskQuestion;
  switch (what) {
    case 'etcd': sendEtcd(server, question.args as EtcdRequest, { for: 'task', task: name }); return PENDING;
    case 'calls': return makeCalls(server, name, question.args as readonly ApiCall[]);
    case 'cachedObject': return find(server, question.args as KubeObject) ?? null;
    case 'missing': return (question.args as readonly KubeObject[]).filter(object => find(server, object) === undefined);
    case 'now': return out.now;
    case 'sleep': out.startTimer(`task ${name}`, question.args as Micros); return PENDING;
    case 'definitionWork': return definitionWork(server);
    case 'availabilityWork': return availabilityWork(server);
    case 'availabilityDone': return availabilityDone(server, question.args as Checked);
    case 'uid': return drawUid(out);
    case 'webhook': return askWebhook(server, name, question.args as WebhookQuestion);
    case 'watchBacklog': return watchBacklog(server, question.args as WatchedForm);
    case 'watchConverted': return watchConverted(server, question.args as Parameters<typeof watchConverted>[1]);
    case 'flowStatuses': return flowStatusCalls(server);
    case 'hookDone': hookDone(server, question.args as string); return null;
    case 'compacted': state.compaction = question.args as { version: number; revision: number }; return null;
    default: return unreachable(what);
  }
}

/** When the last hook is done, the server's repeated work begins. */
function hookDone({ state, out }: Server, hook: string): void {
  state.hooksDone.push(hook);
  if (state.hooksDone.length < HOOKS.length) return;
  for (const name of ['reconcileEndpoints', 'renewIdentity', 'compact']) out.startTimer(name, micros(0));
}

function makeCalls(server: Server, name: string, calls: readonly ApiCall[]): unknown {
  if (calls.length === 0) return [];
  must(server.state.tasks.get(name), 'a task that asks runs').batch = newBatch(calls.length);
  queueCalls(server.state, calls, { task: name, serial: 0 });
  return PENDING;
}

function find({ state }: Server, object: KubeObject): KubeObject | undefined {
  const descriptor = must(descriptorOfObject(object), `no kind ${object.kind}`);
  const cache = state.caches.get(resourceKey(descriptor.group, descriptor.plural));
  return cache?.items.get(storageKey(descriptor, object.metadata.namespace ?? '', object.metadata.name));
}
