/** Where requests are: what each API server has begun and not answered yet. */
import { pipeline } from '../apiserver/pipeline.ts';
import { AWAITS, type RequestRecord, type ServerState } from '../apiserver/state.ts';
import type { ApiCall } from '../api/wire.ts';
import type { Kernel } from '../sim/kernel.ts';
import type { RequestFact } from './view-contract.ts';

const waits: Readonly<Record<number, string>> = {
  [AWAITS.fresh]: 'watch cache', [AWAITS.pause]: 'time', [AWAITS.kubelet]: 'kubelet', [AWAITS.calls]: 'calls of its own', [AWAITS.lease]: 'lease', [AWAITS.quota]: 'quota',
  [AWAITS.webhook]: 'webhook', [AWAITS.seat]: 'seat',
};

/** Requests of clients on their way, in order of arrival at each server. */
export function requestsInFlight(kernel: Kernel): readonly RequestFact[] {
  return kernel.world.processes.filter(({ kind, status, state }) => kind === 'kube-apiserver' && status !== 'crashed' && state !== undefined)
    .flatMap(({ id, state }) => [...(state as ServerState).inFlight.values()].filter(({ client }) => client !== '').sort((a, b) => a.serial - b.serial).map(request => factOf(id, request)));
}

function factOf(server: string, request: RequestRecord): RequestFact {
  const { call, user, stage, awaiting, receivedAt, conversation } = request;
  const waitsFor = conversation?.script === 'held' ? 'hold' : awaiting > 0 ? 'etcd' : waits[awaiting] ?? 'nothing';
  return { server, user: user.name, what: wordsOf(call), stage: pipeline[stage]?.name ?? '', waitsFor, since: receivedAt };
}

function wordsOf({ verb, resource, subresource, namespace, name, path = '' }: ApiCall): string {
  if (resource === '') return `${verb} ${path}`;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' || name === '' ? namespace + name : `${namespace}/${name}`;
  return where === '' ? `${verb} ${what}` : `${verb} ${what} ${where}`;
}
