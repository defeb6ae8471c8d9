/** Objects in versions and groups other than the one they are stored in. */
import { deepFreeze } from '../../base/data.ts';
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf, type ResourceDescriptor, type StoredForm } from '../../api/resource.ts';
import type { ListBody, WatchEvent } from '../../api/wire.ts';

/** Stored object → the same object in a form. One list of objects serves many watchers. */
const shown = new WeakMap<StoredForm, WeakMap<KubeObject, KubeObject>>();

/** Whether a body is an object of the stored kind, in whatever version it lies there, and not in the form already. */
function isStored(form: ResourceDescriptor, { as }: StoredForm, body: object): body is KubeObject {
  const { apiVersion = '', kind } = body as Partial<KubeObject>;
  return kind === as.kind && groupOf(apiVersion) === as.group && apiVersion !== apiVersionOf(form);
}

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '');

/** A stored object in a form; what is not of the stored kind stays as it is. */
export function objectIn(form: ResourceDescriptor, object: KubeObject): KubeObject {
  const { stored } = form;
  if (stored === undefined || !isStored(form, stored, object)) return object;
  let known = shown.get(stored);
  if (known === undefined) shown.set(stored, (known = new WeakMap()));
  let converted = known.get(object);
  if (converted === undefined) {
    converted = deepFreeze(stored.from(object));
    if (Object.isFrozen(object)) known.set(object, converted);
  }
  return converted;
}

/** An answer in a form: an object, or a list with all its items. */
export function bodyIn(form: ResourceDescriptor, body: object): object {
  const { items } = body as Partial<ListBody>;
  if (!Array.isArray(items)) return objectIn(form, body as KubeObject);
  return { ...body, apiVersion: apiVersionOf(form), kind: `${form.kind}List`, items: (items as readonly KubeObject[]).map(item => objectIn(form, item)) };
}

/** Events of a watch in a form. A bookmark says nothing but where the watch stands. */
export function eventsIn(form: ResourceDescriptor, events: readonly WatchEvent[]): readonly WatchEvent[] {
  return events.map(event => {
    if (event.type === 'ERROR') return event;
    const object = event.type === 'BOOKMARK' ? { ...event.object, apiVersion: apiVersionOf(form), kind: form.kind } : objectIn(form, event.object);
    return { ...event, object };
  });
}
