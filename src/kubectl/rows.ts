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

/** The rows of objects of one kind. */
export function rowsOf(objects: readonly KubeObject[], descriptor: ResourceDescriptor, how: { readonly options: RowOptions; readonly now: Micros }): readonly (readonly string[])[] {
  const columns = columnsOf(descriptor, how.options);
  const prefix = how.options.withKind ? `${typeName(descriptor)}/` : '';
  return objects.map((object) => {
    const row = how.options.withNamespace ? [object.metadata.namespace ?? ''] : [];
    for (let i = 0; i < columns.length; i++) {
      const text = firstLine(String(columns[i]?.cell(object, how.now)));
      row.push(i === 0 ? prefix + text : text);
    }
    addLabels(row, object.metadata.labels, how.options);
    return row;
  });
}

function addLabels(row: string[], labels: KubeObject['metadata']['labels'], { labelColumns, withLabels }: RowOptions): void {
  for (const label of labelColumns) row.push(labels?.[label] ?? '');
  if (withLabels) row.push(labelsText(labels));
}

/** A cell ends at its first line break. */
function firstLine(text: string): string {
  const at = text.search(LINE_BREAK);
  return at < 0 ? text : `${text.slice(0, at)}...`;
}

const LINE_BREAK = /[\f\n\r]/;

/** `a=1,b=2`, or `<none>`. */
function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(labels ?? {}).sort((a, b) => (a < b ? -1 : 1));
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${labels?.[key] ?? ''}`).join(',');
}
