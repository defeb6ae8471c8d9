/** The gates between decoding and storage, for creates by stages and for changes from within storage's loop. */
import type { KubeObject } from '../../api/meta.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import { isStatus, type Status } from '../../api/status.ts';
import { admitMutating, admitValidating } from '../admission/chain.ts';
import { type AdmissionAttributes, type Need, type Operation, refused } from '../admission/plugin.ts';
import { creationFault } from '../custom/creation.ts';
import type { RequestOptions } from '../../api/wire.ts';
import { formOf } from '../resources.ts';
import { note } from '../stage.ts';
import type { RequestRecord, Server } from '../state.ts';

interface About { readonly operation: Operation; readonly descriptor: ResourceDescriptor; readonly object: KubeObject | undefined; readonly old: KubeObject | undefined }

/** What plugins are told about a request. */
function attributesFor({ state }: Server, { call, user, learned, warnings, annotations }: RequestRecord, { operation, descriptor, object, old }: About): AdmissionAttributes {
  const options = call.options ?? noOptions;
  return {
    reinvocation: undefined, notes: '',
    operation, descriptor, asked: formOf(state, call), subresource: call.subresource, namespace: call.namespace, name: call.name, object, old, user, options, dryRun: options.dryRun === true,
    learned: learned ?? nothingLearned, warnings, annotations,
  };
}

const noOptions: RequestOptions = Object.freeze({});
const nothingLearned: ReadonlyMap<string, unknown> = new Map();

/** What plugins had to say beside their decision. */
function takeRemarks(request: RequestRecord, { warnings, annotations, notes }: AdmissionAttributes): void {
  if (notes !== '') note(request, 'admission', notes);
  request.warnings = warnings;
  request.annotations = annotations;
}

/** Mutating admission; remembers which plugins changed the object. */
export function mutate(server: Server, request: RequestRecord, about: About & { readonly object: KubeObject }): KubeObject | Status | Need {
  const attributes = attributesFor(server, request, about);
  const fault = about.operation === 'CREATE' && about.descriptor.schema !== undefined ? creationFault(server, about.descriptor) : undefined;
  if (fault !== undefined) return refused(attributes, fault);
  const result = admitMutating(attributes, server);
  if (!isStatus(result) && 'need' in result) return result;
  takeRemarks(request, attributes);
  if (isStatus(result)) return result;
  request.mutated = result.by;
  return result.object;
}

/** Validating admission; a status is the refusal. */
export function validate(server: Server, request: RequestRecord, about: About): Status | Need | undefined {
  const attributes = attributesFor(server, request, about);
  const result = admitValidating(attributes, server);
  if (result === undefined || !('need' in result)) takeRemarks(request, attributes);
  return result;
}
