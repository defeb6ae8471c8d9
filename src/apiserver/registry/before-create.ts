/** What happens to every new object before it is stored. @source kubernetes/apiserver pkg/registry/rest/create.go */
import { formatTime } from '../../api/time.ts';
import type { KubeObject, ObjectMeta } from '../../api/meta.ts';
import { generatedName, generatedNameAlphabet, generatedNameSuffixLength } from '../../api/names.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import { failure, invalidStatus, type Status } from '../../api/status.ts';
import type { Outbox } from '../../sim/process.ts';

/** Sets what only the server may set, lets the kind prepare the object, and validates it. */
export function beforeCreate(descriptor: ResourceDescriptor, object: KubeObject, out: Outbox): KubeObject | Status {
  if ((object.metadata.resourceVersion ?? '') !== '') {
    return failure({ code: 500, reason: '', message: 'resourceVersion should not be set on objects to be created' });
  }
  const prepared = descriptor.prepareForCreate({ ...object, metadata: systemMetadata(object.metadata, out) });
  const errors = descriptor.validate(prepared);
  return errors.length === 0 ? prepared : invalidStatus(descriptor, prepared.metadata.name, errors);
}

function systemMetadata(metadata: ObjectMeta, out: Outbox): ObjectMeta {
  const { deletionTimestamp: _timestamp, deletionGracePeriodSeconds: _grace, selfLink: _link, resourceVersion: _version, ...kept } = metadata;
  const name = metadata.name === '' && (metadata.generateName ?? '') !== '' ? drawName(metadata.generateName ?? '', out) : metadata.name;
  return { ...kept, name, uid: drawUid(out), creationTimestamp: formatTime(out.now) };
}

/** The name of a `generateName` object, with five drawn characters. */
export function drawName(base: string, out: Outbox): string {
  const draws: number[] = [];
  for (let i = 0; i < generatedNameSuffixLength; i++) draws.push(out.draw('names', generatedNameAlphabet.length));
  return generatedName(base, draws);
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A random (version 4) UUID. @source RFC 9562 */
export function drawUid(out: Outbox): string {
  const a = out.draw('uids', 0x100000000);
  const b = out.draw('uids', 0x100000000);
  const c = out.draw('uids', 0x100000000);
  const d = out.draw('uids', 0x100000000);
  const hex = (byte: number): string => HEX[byte & 255] ?? '00';
  const first = hex(a >>> 24) + hex(a >>> 16) + hex(a >>> 8) + hex(a);
  const second = `${hex(b >>> 24)}${hex(b >>> 16)}-${hex(0x40 | ((b >>> 8) & 15))}${hex(b)}`;
  const third = `${hex(0x80 | ((c >>> 24) & 63))}${hex(c >>> 16)}-${hex(c >>> 8)}${hex(c)}`;
  return `${first}-${second}-${third}${hex(d >>> 24)}${hex(d >>> 16)}${hex(d >>> 8)}${hex(d)}`;
}
