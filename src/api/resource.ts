/** How a kind is declared: one descriptor from which paths, discovery, validation, printing and storage follow. */
import type { Micros, Result } from '../base/data.ts';
import { equalData } from '../base/compare.ts';
import type { WebhookClientConfig } from './kinds/admissionregistration/webhook-client.ts';
import type { FieldError } from './field-error.ts';
import type { FieldType } from './fields/types.ts';
import type { KubeObject, ObjectMeta } from './meta.ts';
import { overlay } from './overlay.ts';

/** A field that `--field-selector` may name. */
export interface SelectableField<T> {
  readonly path: string;
  get(object: T): string;
}

/** What a row of a Table says of its object. @source kubernetes/apimachinery pkg/apis/meta/v1/types.go (TableRowCondition) */
export interface RowCondition { readonly type: 'Completed'; readonly status: 'True'; readonly reason: string; readonly message: string }

/** One column of `kubectl get`. */
export interface Column<T> {
  /** As in a Table; kubectl prints it in capitals. */
  readonly name: string;
  readonly type?: 'string' | 'integer' | 'boolean' | 'number' | 'date';
  /** Of OpenAPI; '' unless said otherwise. */
  readonly format?: string;
  readonly description?: string;
  /** The field whose description is the column's as well: `PodStatus.podIP`. Names, ages and times of creation have theirs without saying so. */
  readonly doc?: string;
  /** Only shown by `-o wide`. */
  readonly wide?: boolean;
  /** How far down a wide column stands; 1 unless said otherwise. */
  readonly priority?: number;
  /** Null = there is nothing to show. */
  cell(object: T, now: Micros): string | number | boolean | null;
}

/** A part of an object with a path, kind or verbs of its own. */
export interface Subresource {
  readonly name: string;
  readonly verbs: readonly string[];
  /** Kind of its body where it is not the object itself. */
  readonly responseKind?: { readonly group: string; readonly version: string; readonly kind: string };
}

/** Who sent a request. */
export interface Requester {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra?: { readonly [key: string]: readonly string[] };
}

/** How the `scale` subresource reads and writes an object. */
export interface ScaleAccess<T> {
  get(object: T): { readonly replicas: number; readonly currentReplicas: number; readonly selector: string };
  set(object: T, replicas: number): T;
}

/** How a subresource such as `approval` changes its part of an object. */
export interface PartStrategy<T> {
  /** The stored object with the part that may change. */
  prepare(object: T, old: T, now: Micros): T;
  validate(object: T, old: T): readonly FieldError[];
}

/**
 * How objects of a version that is only shown are stored: as objects of another version or group. Conversions share what does not change, lose
 * nothing on the way there and back, and run for requests of that version only.
 */
export interface StoredForm {
  readonly as: ResourceDescriptor;
  /** From what clients send to what is stored. */
  to(object: KubeObject): KubeObject;
  /** From what is stored to what clients see. */
  from(object: KubeObject): KubeObject;
  /** How new and changed objects are judged, in their stored form, when this version is what a request names; the stored kind's own way otherwise. */
  validate?(object: KubeObject): readonly FieldError[];
  validateUpdate?(object: KubeObject, old: KubeObject): readonly FieldError[];
}

/** A program in the cluster that knows how the versions of a kind differ. `definition`: name of the CustomResourceDefinition. */
export interface ConversionWebhook { readonly definition: string; readonly client: WebhookClientConfig; readonly reviewVersions: readonly string[] }

/** A body as an object of its kind, with the paths of what the kind does not have. */
export interface Decoded {
  readonly object: KubeObject;
  readonly unknownFields: readonly string[];
}

/** Everything that the machinery needs to know of one kind. */
export interface ResourceDescriptor<T extends KubeObject = KubeObject> {
  /** '' is the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: T['kind'];
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Verbs in discovery; the usual eight unless said otherwise. */
  readonly verbs?: readonly string[];
  readonly subresources: readonly Subresource[];
  /** Prefix of the keys in etcd, ending in '/'. */
  readonly storagePrefix: string;
  readonly selectableFields: readonly SelectableField<T>[];
  /** Field labels under other names, or those of a form → as the stored kind has them; absent = they are the same. */
  readonly fieldLabels?: ReadonlyMap<string, string>;
  /** What is said of a field that nobody may select by, where it is not the usual sentence. */
  refusedField?(label: string): string;
  readonly columns: readonly Column<T>[];
  /** What the row of an object says of it, for those who hide what is over. */
  rowConditions?(object: T): readonly RowCondition[] | undefined;
  /** Order of a Table's rows, where it is not that of the list. */
  rowOrder?(a: T, b: T): number;
  /** Whether PUT of an object that does not exist creates it. */
  readonly allowCreateOnUpdate?: boolean;
  /** Whether dependents stay when the object is deleted and nothing is said of them. `remark`: what whoever says nothing is told. */
  readonly keepsDependents?: { readonly remark?: string };
  /** Whether an update may come without a resourceVersion. */
  readonly allowUnconditionalUpdate?: boolean;
  /** Fills what was left out; the same frozen object comes back when nothing was. */
  defaults(object: T): T;
  /** What the server sets or drops before a new object is validated: status, generation. */
  prepareForCreate(object: T, by?: Requester): T;
  /** The same for an update of the object itself: the status stays, the generation counts changes of the spec. */
  prepareForUpdate(object: T, old: T): T;
  /** The same for an update of the status subresource: only the status may change. */
  prepareForStatusUpdate?(object: T, old: T, now?: Micros): T;
  validate(object: T): readonly FieldError[];
  validateUpdate(object: T, old: T): readonly FieldError[];
  validateStatusUpdate?(object: T, old: T): readonly FieldError[];
  readonly scale?: ScaleAccess<T>;
  /** Subresources that change one part of the object, by name: what of the client's object is taken, and what may be wrong with it. */
  readonly parts?: Readonly<Record<string, PartStrategy<T>>>;
  /** Set where this version is served but another one is stored. */
  readonly stored?: StoredForm;
  /** Who turns objects of one version into another; absent = `stored` does, or there is but one version. */
  readonly conversion?: ConversionWebhook;
  /** Reads a body where the generated structure of the kind does not say how. Errors are whole messages. */
  decode?(body: unknown): Result<Decoded, string>;
  /** How fields are owned, where that does not follow from the generated structure of the kind. */
  readonly fieldType?: FieldType;
  /** The schema of a custom kind, as OpenAPI shows it. */
  readonly schema?: object;
  /** Said to everybody who asks for objects of a version that goes out of use. */
  readonly deprecation?: string;
  /** Texts for the Warning header. */
  warnings?(object: T, old: T | undefined): readonly string[];
  /** The same for a change of the status alone. */
  statusWarnings?(object: T): readonly string[];
}

/** Declares a kind; keeps inference and rejects unknown fields. */
export function defineResource<T extends KubeObject>(descriptor: ResourceDescriptor<T>): ResourceDescriptor<T> {
  return descriptor;
}

/** What a version or group that is only shown says for itself; everything else follows from the kind that is stored. */
export interface FormDefinition<T extends KubeObject, S extends KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: T['kind'];
  readonly selectableFields?: readonly SelectableField<S>[];
  readonly fieldLabels?: ReadonlyMap<string, string>;
  defaults(object: T): T;
  /** How requests of this version are judged, where the stored kind would judge otherwise. Of the stored form. */
  validate?(object: S): readonly FieldError[];
  validateUpdate?(object: S, old: S): readonly FieldError[];
  to(object: T): S;
  from(object: S): T;
}

/** Declares another version or group of a stored kind. */
export function defineForm<T extends KubeObject, S extends KubeObject>(stored: ResourceDescriptor<S>, form: FormDefinition<T, S>): ResourceDescriptor<T> {
  const { group, version, kind, defaults, to, from } = form;
  const field = ({ path, get }: SelectableField<S>): SelectableField<T> => ({ path, get: (object) => get(to(object)) });
  const { prepareForStatusUpdate, scale: _scale, warnings: _warnings, statusWarnings: _statusWarnings, validateStatusUpdate: _status, parts: _parts, rowOrder: _order, rowConditions: _conditions, ...shared } = stored;
  return {
    ...shared, ...(form.fieldLabels === undefined ? {} : { fieldLabels: form.fieldLabels }), group, version, kind, defaults, selectableFields: (form.selectableFields ?? stored.selectableFields).map(field),
    columns: stored.columns.map((column) => ({ ...column, cell: (object: T, now: Micros) => column.cell(to(object), now) })),
    prepareForCreate: (object) => from(stored.prepareForCreate(to(object))),
    prepareForUpdate: (object, old) => from(stored.prepareForUpdate(to(object), to(old))),
    ...(prepareForStatusUpdate === undefined ? {} : { prepareForStatusUpdate: (object: T, old: T) => from(prepareForStatusUpdate(to(object), to(old))) }),
    validate: (object) => form.validate?.(to(object)) ?? [],
    validateUpdate: (object, old) => form.validateUpdate?.(to(object), to(old)) ?? [],
    stored: {
      as: stored as unknown as ResourceDescriptor, to: to as unknown as StoredForm['to'], from: from as unknown as StoredForm['from'],
      ...(form.validate === undefined ? {} : { validate: form.validate as unknown as NonNullable<StoredForm['validate']> }),
      ...(form.validateUpdate === undefined ? {} : { validateUpdate: form.validateUpdate as unknown as NonNullable<StoredForm['validateUpdate']> }),
    },
  };
}

/** What every list of selectable fields begins with. */
export function metadataFields<T extends KubeObject>(namespaced: boolean): readonly SelectableField<T>[] {
  const name: SelectableField<T> = { path: 'metadata.name', get: (object) => object.metadata.name };
  return namespaced ? [name, { path: 'metadata.namespace', get: (object) => object.metadata.namespace ?? '' }] : [name];
}

/** `group/version`, or `version` for the core group. */
export function apiVersionOf(of: { readonly group: string; readonly version: string }): string {
  return of.group === '' ? of.version : `${of.group}/${of.version}`;
}

/** The key in etcd of one object. */
export function storageKey(of: Pick<ResourceDescriptor, 'storagePrefix' | 'namespaced'>, namespace: string, name: string): string {
  return of.namespaced ? `${of.storagePrefix}${namespace}/${name}` : `${of.storagePrefix}${name}`;
}

const statusVerbs = ['get', 'patch', 'update'] as const;
/** The usual status subresource. */
export const statusSubresource: Subresource = { name: 'status', verbs: statusVerbs };
/** The usual scale subresource. */
export const scaleSubresource: Subresource = {
  name: 'scale', verbs: statusVerbs, responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
};

/** An object that has a spec and a status. */
export interface SpecAndStatus extends KubeObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

function withGeneration<T extends KubeObject>(object: T, generation: number): T {
  if (object.metadata.generation === generation) return object;
  return { ...object, metadata: overlay(object.metadata, { generation }) };
}

function dropStatus<T extends SpecAndStatus>(object: T, status: unknown): T {
  if (equalData(object.status, status)) return object;
  if (status !== undefined) return Object.assign({}, object, { status });
  const { status: _dropped, ...rest } = object;
  return rest as T;
}

/** Strategy of kinds whose generation counts changes of the spec. */
export function specStrategy<T extends SpecAndStatus>(emptyStatus?: NonNullable<T['status']>): Pick<ResourceDescriptor<T>, 'prepareForCreate' | 'prepareForUpdate' | 'prepareForStatusUpdate'> {
  return {
    prepareForCreate: (object) => withGeneration(dropStatus(object, emptyStatus), 1),
    prepareForUpdate(object, old) {
      const generation = old.metadata.generation ?? 0;
      return withGeneration(dropStatus(object, old.status), equalData(object.spec, old.spec) ? generation : generation + 1);
    },
    prepareForStatusUpdate: (object, old) => keepOnlyStatus(object, old),
  };
}

/**
 * The old object with the new one's status. Metadata comes from the new object only where a status update may change it:
 * labels and annotations may change through status upstream too, the generation may not.
 */
export function keepOnlyStatus<T extends SpecAndStatus>(object: T, old: T): T {
  const metadata: ObjectMeta = old.metadata.generation === object.metadata.generation || old.metadata.generation === undefined ? object.metadata
    : overlay(object.metadata, { generation: old.metadata.generation });
  if (object.status !== undefined) return Object.assign({}, old, { metadata, status: object.status });
  const { status: _old, ...rest } = old;
  return { ...rest, metadata } as T;
}

/** Strategy of kinds without a status: objects pass as they are. */
export function plainStrategy<T extends KubeObject>(): Pick<ResourceDescriptor<T>, 'prepareForCreate' | 'prepareForUpdate'> {
  return { prepareForCreate: (object) => object, prepareForUpdate: (object) => object };
}

/**
 * The same for kinds whose status updates change nothing of the metadata; who owns which field is kept.
 * @source kubernetes/apimachinery pkg/apis/meta/v1/meta.go (ResetObjectMetaForStatus)
 */
export function keepOnlyStatusAndMetadata<T extends SpecAndStatus>(object: T, old: T): T {
  const { managedFields: _old, ...kept } = old.metadata;
  const { managedFields, resourceVersion } = object.metadata;
  const metadata: ObjectMeta = { ...kept, ...(resourceVersion === undefined ? {} : { resourceVersion }), ...(managedFields === undefined ? {} : { managedFields }) };
  return keepOnlyStatus({ ...object, metadata }, old);
}
