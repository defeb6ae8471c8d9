/**
 * Rules as `kubectl auth can-i --list` shows them: one row per resource, with all its verbs.
 * @source kubernetes/kubectl pkg/util/rbac/rbac.go
 */
import { compareText } from '../base/compare.ts';

/** What a review says may be done; resources or paths, never both. */
export interface AccessRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}
/** One row. Empty texts and lists = none. */
export interface AccessRow { readonly group: string; readonly resource: string; readonly names: readonly string[]; readonly paths: readonly string[]; readonly verbs: readonly string[] }

/** Takes rules apart into one resource, name or path each. */
function brokenDown({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: AccessRule): readonly AccessRow[] {
  const names = resourceNames.length === 0 ? [[]] : resourceNames.map((name) => [name]);
  const ofResources = apiGroups.flatMap((group) => resources.flatMap((resource) => names.map((each) => ({ group, resource, names: each, paths: [], verbs }))));
  const ofPaths = nonResourceURLs.flatMap((path) => verbs.map((verb) => ({ group: '', resource: '', names: [], paths: [path], verbs: [verb] })));
  return [...ofResources, ...ofPaths];
}

/** Rows in the order of the table: by verbs, then group, resource, names and paths, each as Go prints a list. */
export function accessRows(rules: readonly AccessRule[]): readonly AccessRow[] {
  const together = new Map<string, AccessRow>();
  const rows: AccessRow[] = [];
  for (const row of rules.flatMap(brokenDown)) {
    if (row.paths.length > 0) { rows.push(row); continue; }
    const key = `${row.group}/${row.resource}/${row.names.join()}`;
    const before = together.get(key);
    together.set(key, before === undefined ? row : { ...before, verbs: [...new Set([...before.verbs, ...row.verbs])] });
  }
  return [...rows, ...together.values()].sort((a, b) => compareText(orderOf(a), orderOf(b)));
}

const list = (words: readonly string[]): string => `[${words.join(' ')}]`;
const orderOf = ({ verbs, group, resource, names, paths }: AccessRow): string => `${list(verbs)},${list(paths.length > 0 ? [] : [group])},${list(resource === '' ? [] : [resource])},${list(names)},${list(paths)}`;

/** The cells of a row: `pods.apps/log`, `[/api]`, `[web]`, `[get list]`. */
export function accessCells({ verbs, group, resource, names, paths }: AccessRow): readonly string[] {
  const slash = resource.indexOf('/');
  const main = slash < 0 ? resource : resource.slice(0, slash);
  const rest = slash < 0 ? '' : resource.slice(slash);
  return [`${main}${group === '' ? '' : `.${group}`}${rest}`, list(paths), list(names), list(verbs)];
}
