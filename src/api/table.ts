/**
 * Tables: what the server makes of objects for people, one row each.
 *
 * @source kubernetes/apiserver pkg/endpoints/handlers/response.go, kubernetes/apimachinery pkg/apis/meta/v1/types.go
 */
import type { Micros } from '../base/data.ts';
import type { KubeObject } from './meta.ts';
import type { ResourceDescriptor } from './resource.ts';
import type { ListBody } from './wire.ts';

/** What a row carries of its object. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';
type Cell = string | number | boolean | null;

export interface TableColumn { readonly name: string; readonly type: string; readonly format: string; readonly description: string; readonly priority: number }
export interface TableRow { readonly cells: readonly Cell[]; readonly object?: object }
export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: 'meta.k8s.io/v1';
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string; readonly remainingItemCount?: number };
  readonly columnDefinitions: readonly TableColumn[];
  readonly rows: readonly TableRow[];
}

const definitions = new WeakMap<ResourceDescriptor, readonly TableColumn[]>();

/** The columns of a kind as a Table declares them. */
export function columnDefinitions(descriptor: ResourceDescriptor): readonly TableColumn[] {
  let known = definitions.get(descriptor);
  if (known === undefined) {
    known = Object.freeze(descriptor.columns.map(({ name, type = 'string', format = name === 'Name' ? 'name' : '', description = '', wide }) => Object.freeze({ name, type, format, description, priority: wide === true ? 1 : 0 })));
    definitions.set(descriptor, known);
  }
  return known;
}

/** An object without its insides. */
export function partialMetadata({ metadata }: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

function rowOf(descriptor: ResourceDescriptor, object: KubeObject, { now, include }: { readonly now: Micros; readonly include: IncludeObject }): TableRow {
  const cells = descriptor.columns.map(column => column.cell(object, now));
  if (include === 'None') return { cells };
  return { cells, object: include === 'Object' ? object : partialMetadata(object) };
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

/** An answer of the server in the form that the client asked for; what is neither an object nor a list of this kind stays as it is. */
export function shownAs(form: 'Table' | 'PartialObjectMetadata', descriptor: ResourceDescriptor, body: object, manner: TableManner): object {
  const { items } = body as Partial<ListBody>;
  if (Array.isArray(items)) {
    const list = body as ListBody;
    if (form === 'Table') return tableOf(descriptor, list.items, { ...manner, metadata: list.metadata });
    return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: list.metadata, items: list.items.map(partialMetadata) };
  }
  const object = body as KubeObject;
  if (object.kind !== descriptor.kind || object.metadata === undefined) return body;
  if (form === 'PartialObjectMetadata') return partialMetadata(object);
  const { resourceVersion = '' } = object.metadata;
  return tableOf(descriptor, [object], { ...manner, metadata: { resourceVersion } });
}
