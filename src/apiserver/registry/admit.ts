/** The gates between decoding and storage, for creates by stages and for changes from within storage's loop. */
import type { KubeObject } from '../../api/meta.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import { isStatus, type Status } from '../../api/status.ts';
import { admitMutating, admitValidating } from '../admission/chain.ts';
import type { AdmissionAttributes, Lookup, Operation } from '../admission/plugin.ts';
import type { RequestOptions } from '../../api/wire.ts';
import type { RequestRecord, Server } from '../state.ts';

interface About { readonly operation: Operation; readonly descriptor: ResourceDescriptor; readonly object: KubeObject | undefined; readonly old: KubeObject | undefined }

/** What plugins are told about a request. */
function attributesFor({ call, user, lookedUp }: RequestRecord, { operation, descriptor, object, old }: About): AdmissionAttributes {
  return {
    operation, descriptor, subresource: call.subresource, namespace: call.namespace, name: call.name, object, old, user, options: call.options ?? noOptions, lookedUp,
  };
}

const noOptions: RequestOptions = Object.freeze({});

/** Mutating admission; remembers which plugins changed the object. */
export function mutate(server: Server, request: RequestRecord, about: About & { readonly object: KubeObject }): KubeObject | Status | Lookup {
  const result = admitMutating(attributesFor(request, about), server);
  if (isStatus(result) || 'lookup' in result) return result;
  request.mutated = result.by;
  return result.object;
}

/** Validating admission; a status is the refusal. */
export function validate(server: Server, request: RequestRecord, about: About): Status | undefined {
  return admitValidating(attributesFor(request, about), server);
}
