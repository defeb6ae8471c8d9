/**
 * What every API object carries.
 *
 * Times are RFC 3339 texts and quantities are texts, as they travel on the wire; see `time.ts` and `quantity.ts`.
 *
 * @source kubernetes/apimachinery pkg/apis/meta/v1/types.go
 */

/** Point in time as `2026-01-01T00:00:00Z`. */
export type Time = string;
/** Point in time with microseconds, as `2026-01-01T00:00:00.000000Z`. */
export type MicroTime = string;
/** Amount such as `500m` or `1Gi`; see `quantity.ts`. */
export type Quantity = string;
/** A count, or a percentage such as `25%`, or the name of a port. */
export type IntOrString = number | string;
/** Labels and annotations. */
export type StringMap = { readonly [key: string]: string };

/** Points from a dependent to what it belongs to; the garbage collector follows it. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** At most one owner is the managing controller. */
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** Which manager set which fields, for server-side apply. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: 'Apply' | 'Update';
  readonly apiVersion?: string;
  readonly time?: Time;
  readonly fieldsType?: 'FieldsV1';
  readonly fieldsV1?: object;
  readonly subresource?: string;
}

/** The metadata of a stored or submitted object. `name` is '' in a create request that uses `generateName`. */
export interface ObjectMeta {
  readonly name: string;
  readonly generateName?: string;
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly uid?: string;
  /** Opaque to clients: etcd's modification revision as text. */
  readonly resourceVersion?: string;
  /** Counts changes of the desired state. */
  readonly generation?: number;
  readonly creationTimestamp?: Time;
  readonly deletionTimestamp?: Time;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
  readonly selfLink?: string;
}

/** The least every API object has; see the kinds for whole shapes. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** Metadata of a list. */
export interface ListMeta {
  readonly resourceVersion?: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
  readonly selfLink?: string;
}

/** One term of a label selector. */
export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

/** Query over labels; all parts must hold. Empty selects everything, absent selects nothing. */
export interface LabelSelector {
  readonly matchLabels?: StringMap;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

/** The three values of a condition's status. */
export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** One observation about an object; kinds add their own times. */
export interface Condition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly observedGeneration?: number;
  readonly lastTransitionTime?: Time;
  readonly lastUpdateTime?: Time;
  readonly lastProbeTime?: Time | null;
  readonly lastHeartbeatTime?: Time;
  readonly reason?: string;
  readonly message?: string;
}

/** Options of a delete request. */
export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}
