/** What happens to every new object before it is stored. @source kubernetes/apiserver pkg/registry/rest/create.go */
import { formatTime } from '../../api/time.ts';
import type { KubeObject, ObjectMeta } from '../../api/meta.ts';
import { overlay } from '../../api/overlay.ts';
import { generatedName, generatedNameAlphabet, generatedNameSuffixLength } from '../../api/names.ts';
import type { Requester, ResourceDescriptor } from '../../api/resource.ts';
import { failure, invalidStatus, type Status } from '../../api/status.ts';
import type { Outbox } from '../../sim/process.ts';

/** Who creates, and in which version or group if it is not the stored one. */
export interface Creation { readonly by: Requester; readonly out: Outbox; readonly form: ResourceDescriptor | undefined }

/** Sets what only the server may set, lets the kind prepare the object, and validates it. */
export function beforeCreate(descriptor: ResourceDescriptor, object: KubeObject, { by, out, form }: Creation): KubeObject | Status {
  if ((object.metadata.resourceVersion ?? '') !== '') {
    return failure({ code: 500, reason: '', message: 'resourceVersion should not be set on objects to be created' });
  }
  const prepared = descriptor.prepareForCreate(overlay(object, { metadata: systemMetadata(object.metadata, out) }), by);
  const errors = form?.stored?.validate?.(prepared) ?? descriptor.validate(prepared);
  return errors.length === 0 ? prepared : invalidStatus(descriptor, prepared.metadata.name, errors);
}

function systemMetadata(metadata: ObjectMeta, out: Outbox): ObjectMeta {
  const name = metadata.name === '' && (metadata.generateName ?? '') !== '' ? drawName(metadata.generateName ?? '', out) : metadata.name;
  return overlay(withoutServerFields(metadata), { name, uid: drawUid(out), creationTimestamp: formatTime(out.now) });
}

/** What clients may not say of a new object; hardly any does, and taking fields out costs more than all the rest. */
function withoutServerFields(metadata: ObjectMeta): ObjectMeta {
  if (metadata.deletionTimestamp === undefined && metadata.deletionGracePeriodSeconds === undefined && metadata.selfLink === undefined && metadata.resourceVersion === undefined) return metadata;
  const { deletionTimestamp: _timestamp, deletionGracePeriodSeconds: _grace, selfLink: _link, resourceVersion: _version, ...kept } = metadata;
  return kept;
}

/** The name of a `generateName` object, with five drawn characters. */
export function drawName(base: string, out: Outbox): string {
  const draws: number[] = [];
  for (let i = 0; i < generatedNameSuffixLength; i++) draws.push(out.draw('names', generatedNameAlphabet.length));
  return generatedName(base, draws);
}

const HEX = '0123456789abcdef';
const DASH = 0x2d;
/** Places of the 32 digits in a UUID: the dashes stand between. */
const DIGIT_PLACES: readonly number[] = Array.from({ length: 32 }, (_, digit) => digit + [8, 12, 16, 20].filter(dash => digit >= dash).length);

/** A random (version 4) UUID. @source RFC 9562 */
export function drawUid(out: Outbox): string {
  const words = [out.draw('uids', 0x100000000), out.draw('uids', 0x100000000), out.draw('uids', 0x100000000), out.draw('uids', 0x100000000)];
  words[1] = (((words[1] as number) & 0xffff0fff) | 0x4000) >>> 0;
  words[2] = (((words[2] as number) & 0x3fffffff) | 0x80000000) >>> 0;
  // Written as one flat text: uids are looked up by all the time.
  const codes = new Array<number>(36).fill(DASH);
  for (let digit = 0; digit < 32; digit++) {
    const nibble = ((words[digit >> 3] as number) >>> (28 - 4 * (digit & 7))) & 15;
    codes[DIGIT_PLACES[digit] as number] = HEX.charCodeAt(nibble);
  }
  return String.fromCharCode(...codes);
}
