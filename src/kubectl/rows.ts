/**
 * Objects as the rows of `kubectl get`, from the columns of their kind.
 * @source kubernetes/cli-runtime pkg/printers/tableprinter.go
 */
import type { Micros } from '../base/data.ts';
import type { KubeObject } from '../api/meta.ts';
import type { ResourceDescriptor } from '../api/resource.ts';
import { typeName } from './builder.ts';

/** Which cells a row has. */
export interface RowOptions {
  readonly isWide: boolean;
  readonly withNamespace: boolean;
  readonly withKind: boolean;
  readonly withLabels: boolean;
  /** Labels of -L. */
  readonly labelColumns: readonly string[];
}

const columnsOf = (descriptor: ResourceDescriptor, options: RowOptions): ResourceDescriptor['columns'] => (options.isWide ? descriptor.columns : descriptor.columns.filter((column) => column.wide !== true));

/** The header row. */
export function headerOf(descriptor: ResourceDescriptor, options: RowOptions): readonly string[] {
  return [
    ...(options.withNamespace ? ['NAMESPACE'] : []),
    ...columnsOf(descriptor, options).map((column) => column.name.toUpperCase()),
    ...options.labelColumns.map((label) => (label.split('/').pop() ?? '').toUpperCase()),
    ...(options.withLabels ? ['LABELS'] : []),
  ];
}

/** The row of one object. */
export function rowOf(object: KubeObject, descriptor: ResourceDescriptor, how: { readonly options: RowOptions; readonly now: Micros }): readonly string[] {
  const { options, now } = how;
  const cells = columnsOf(descriptor, options).map((column) => firstLine(String(column.cell(object, now))));
  if (options.withKind && cells[0] !== undefined) cells[0] = `${typeName(descriptor)}/${cells[0]}`;
  const labels = object.metadata.labels ?? {};
  return [
    ...(options.withNamespace ? [object.metadata.namespace ?? ''] : []),
    ...cells,
    ...options.labelColumns.map((label) => labels[label] ?? ''),
    ...(options.withLabels ? [labelsText(labels)] : []),
  ];
}

/** A cell ends at its first line break. */
function firstLine(text: string): string {
  const at = text.search(/[\f\n\r]/);
  return at < 0 ? text : `${text.slice(0, at)}...`;
}

/** `a=1,b=2`, or `<none>`. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(labels ?? {}).sort((a, b) => (a < b ? -1 : 1));
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${labels?.[key] ?? ''}`).join(',');
}
