/**
 * Tables: what the server makes of objects for people, one row each.
 *
 * @source kubernetes/apiserver pkg/endpoints/handlers/response.go, kubernetes/apimachinery pkg/apis/meta/v1/types.go
 */
import type { Micros } from '../base/data.ts';
import type { KubeObject } from './meta.ts';
import type { Column, ResourceDescriptor, RowCondition } from './resource.ts';
import { notAcceptable } from './status.ts';
import type { ListBody, TransformedForm } from './wire.ts';

/** What a row carries of its object. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';
type Cell = string | number | boolean | null;

export interface TableColumn { readonly name: string; readonly type: string; readonly format: string; readonly description: string; readonly priority: number }
export interface TableRow { readonly cells: readonly Cell[]; readonly conditions?: readonly RowCondition[]; readonly object: object | null }
export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: 'meta.k8s.io/v1';
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string; readonly remainingItemCount?: number };
  /** Null in all but the first event of a watch. */
  readonly columnDefinitions: readonly TableColumn[] | null;
  readonly rows: readonly TableRow[];
}

const definitions = new WeakMap<ResourceDescriptor, readonly TableColumn[]>();
/** Columns as they are declared → the fields whose descriptions they have. */
const documented = new WeakMap<readonly TableColumn[], readonly string[]>();

const NAME = 'ObjectMeta.name';
const CREATED = 'ObjectMeta.creationTimestamp';
const usual: Readonly<Record<string, string>> = { Name: NAME, Age: CREATED, 'Created At': CREATED };

const docOf = ({ name, doc, description }: Column<KubeObject>): string => doc ?? (description === undefined ? usual[name] ?? '' : '');

/** For those who know the descriptions of fields: which field each column shows, as `PodStatus.podIP`; '' = it has a description of its own. */
export const fieldsShown = (columns: readonly TableColumn[]): readonly string[] => documented.get(columns) ?? [];

/** The columns of a kind as a Table declares them. */
export function columnDefinitions(descriptor: ResourceDescriptor): readonly TableColumn[] {
  let known = definitions.get(descriptor);
  if (known === undefined) {
    known = Object.freeze(descriptor.columns.map(({ name, type = 'string', format = name === 'Name' ? 'name' : '', description = '', wide, priority = 1 }) => Object.freeze({ name, type, format, description, priority: wide === true ? priority : 0 })));
    documented.set(known, Object.freeze(descriptor.columns.map(docOf)));
    definitions.set(descriptor, known);
  }
  return known;
}

/** An object without its insides. */
function partialMetadata({ metadata }: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

function rowOf(descriptor: ResourceDescriptor, object: KubeObject, { now, include }: { readonly now: Micros; readonly include: IncludeObject }): TableRow {
  const cells = descriptor.columns.map(column => column.cell(object, now));
  const shown = include === 'None' ? null : include === 'Object' ? object : partialMetadata(object);
  const conditions = descriptor.rowConditions?.(object);
  return conditions === undefined ? { cells, object: shown } : { cells, conditions, object: shown };
}

/** How to show objects. */
export interface TableManner { readonly now: Micros; readonly include: IncludeObject }

/** Objects in the order of a Table's rows. */
export function inRowOrder(descriptor: ResourceDescriptor, objects: readonly KubeObject[]): readonly KubeObject[] {
  return descriptor.rowOrder === undefined ? objects : [...objects].sort((a, b) => descriptor.rowOrder?.(a, b) ?? 0);
}

/** Some objects of one kind as rows; `metadata` is that of their list, or of the only object. */
export function tableOf(descriptor: ResourceDescriptor, objects: readonly KubeObject[], manner: TableManner & { readonly metadata: Table['metadata'] }): Table {
  return {
    kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: manner.metadata, columnDefinitions: columnDefinitions(descriptor),
    rows: inRowOrder(descriptor, objects).map(object => rowOf(descriptor, object, manner)),
  };
}

/** The server's own type of a kind, as it names it to those who mistake a list for an object. */
function serverType({ group, kind, schema }: ResourceDescriptor, suffix: '' | 'List'): string {
  if (schema !== undefined) return `*unstructured.Unstructured${suffix}`;
  return `*${group === '' || group === 'events.k8s.io' ? 'core' : group.split('.')[0] ?? ''}.${kind}${suffix}`;
}

/**
 * An answer of the server in the form that the client asked for, or a Status when it has none; what is neither an object nor a list of this kind stays as it is.
 * @source kubernetes/apiserver pkg/endpoints/handlers/response.go (asPartialObjectMetadata, asPartialObjectMetadataList)
 */
export function shownAs(form: TransformedForm, descriptor: ResourceDescriptor, body: object, manner: TableManner): object {
  const { items } = body as Partial<ListBody>;
  if (Array.isArray(items)) {
    const list = body as ListBody;
    if (form === 'Table') return tableOf(descriptor, list.items, { ...manner, metadata: list.metadata });
    if (form === 'PartialObjectMetadata') return notAcceptable(`you requested PartialObjectMetadata, but the requested object is a list (${serverType(descriptor, 'List')})`);
    return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: list.metadata, items: list.items.map(partialMetadata) };
  }
  const object = body as KubeObject;
  if (object.kind !== descriptor.kind || object.metadata === undefined) return body;
  if (form === 'PartialObjectMetadata') return partialMetadata(object);
  if (form === 'PartialObjectMetadataList') return notAcceptable(`you requested PartialObjectMetadataList, but the requested object is not a list (${serverType(descriptor, '')})`);
  const { resourceVersion = '' } = object.metadata;
  return tableOf(descriptor, [object], { ...manner, metadata: { resourceVersion } });
}
