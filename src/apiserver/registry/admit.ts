/** The gates between decoding and storage, for creates by stages and for changes from within storage's loop. */
import type { KubeObject } from '../../api/meta.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import { isStatus, type Status } from '../../api/status.ts';
import { admitMutating, admitValidating } from '../admission/chain.ts';
import type { AdmissionAttributes, Lookup, Operation } from '../admission/plugin.ts';
import type { RequestRecord, Server } from '../state.ts';

interface About { readonly operation: Operation; readonly descriptor: ResourceDescriptor; readonly object: KubeObject | undefined; readonly old: KubeObject | undefined }

/** What plugins are told about a request. */
export function attributesFor(request: RequestRecord, about: About): AdmissionAttributes {
  const { call, user, lookedUp } = request;
  return {
    ...about, subresource: call.subresource, namespace: call.namespace, name: call.name, user, options: call.options ?? {}, lookedUp,
  };
}

/** Mutating admission; remembers which plugins changed the object. */
export function mutate(server: Server, request: RequestRecord, about: About & { readonly object: KubeObject }): KubeObject | Status | Lookup {
  const result = admitMutating({ ...attributesFor(request, about), object: about.object }, server);
  if (isStatus(result) || 'lookup' in result) return result;
  request.mutated = result.by;
  return result.object;
}

/** Validating admission; a status is the refusal. */
export function validate(server: Server, request: RequestRecord, about: About): Status | undefined {
  return admitValidating(attributesFor(request, about), server);
}
