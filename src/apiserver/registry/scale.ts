/** The `scale` subresource: a count behind one face for every kind that has one. */
import type { Scale } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import { deepFreeze } from '../../base/data.ts';
import { badRequest, invalidStatus, type Status } from '../../api/status.ts';
import { invalid } from '../../api/field-error.ts';

const made = new WeakMap<KubeObject, Scale>();

/** The Scale of an object. */
export function scaleOf(descriptor: ResourceDescriptor, object: KubeObject): Scale {
  let scale = made.get(object);
  if (scale !== undefined) return scale;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { replicas, currentReplicas, selector } = descriptor.scale?.get(object) ?? { replicas: 0, currentReplicas: 0, selector: '' };
  scale = deepFreeze({
    apiVersion: 'autoscaling/v1', kind: 'Scale',
    metadata: {
      name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }), ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: { replicas }, status: { replicas: currentReplicas, selector },
  });
  made.set(object, scale);
  return scale;
}

/** The object with the count that a Scale wants. */
export function withScale(descriptor: ResourceDescriptor, object: KubeObject, scale: Partial<Scale>): KubeObject | Status {
  if (descriptor.scale === undefined) return badRequest(`${descriptor.plural} cannot be scaled`);
  const replicas = scale.spec?.replicas ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    return badRequest('Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal into Go struct field ScaleSpec.spec.replicas of type int32');
  }
  if (replicas < 0) {
    return invalidStatus({ group: 'autoscaling', kind: 'Scale' }, object.metadata.name, [invalid('spec.replicas', replicas, 'must be greater than or equal to 0')]);
  }
  return descriptor.scale.set(object, replicas);
}
