/**
 * The patch of client-side apply, from what was applied last, what is wanted now, and what lives in the cluster.
 *
 * Additions and changes are the difference from live to wanted; deletions are what was applied last and is not wanted any more.
 *
 * @source kubernetes/apimachinery pkg/util/strategicpatch/patch.go (CreateThreeWayMergePatch)
 */
import { compareText, equalData } from '../../base/compare.ts';
import { fieldType, mergeStrategy } from './merge-keys.ts';
import type { MergeStrategy } from './merge-keys.ts';
import { deletePrefix, isObject, orderPrefix, patchDirective, retainKeysDirective } from './strategic.ts';

type JsonObject = Readonly<Record<string, unknown>>;
type Draft = Record<string, unknown>;

interface Versions<T> {
  readonly last: T | undefined;
  readonly live: T;
  readonly wanted: T;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value as readonly unknown[] : []);

/** The strategic patch for an object of a type; `{}` when nothing is to be done. */
export function createThreeWayPatch(of: Versions<JsonObject>, type: string): JsonObject {
  return patchObject(of, type, false);
}

function patchObject(of: Versions<JsonObject>, type: string, retainKeys: boolean): JsonObject {
  const patch: Draft = {};
  for (const key of Object.keys(of.last ?? {})) if (!Object.hasOwn(of.wanted, key) && of.last?.[key] !== null) patch[key] = null;
  for (const key of Object.keys(of.wanted)) patchField(of, { type, key }, patch);
  const extra = retainKeys && Object.keys(of.live).some((key) => !Object.hasOwn(of.wanted, key));
  const changed = Object.keys(patch).length > 0 || extra;
  if (retainKeys && changed) patch[retainKeysDirective] = Object.keys(of.wanted).filter((key) => of.wanted[key] !== null).sort(compareText);
  return patch;
}

function patchField(of: Versions<JsonObject>, { type, key }: { readonly type: string; readonly key: string }, patch: Draft): void {
  const wanted = of.wanted[key];
  const live = of.live[key];
  const last = of.last?.[key];
  const strategy = mergeStrategy(type, key);
  if (isObject(wanted) && isObject(live) && strategy.replace !== true) {
    const inner = patchObject({ last: isObject(last) ? last : undefined, live, wanted }, fieldType(type, key), strategy.retainKeys);
    if (Object.keys(inner).length > 0) patch[key] = inner;
  } else if (Array.isArray(wanted) && Array.isArray(live) && strategy.merge) {
    const versions = { last: list(last), live: list(live), wanted: list(wanted) };
    if (strategy.key === '') patchPlainList(versions, key, patch);
    else patchItems(versions, { key, strategy, itemType: fieldType(type, key) }, patch);
  } else if (!equalData(wanted, live)) {
    patch[key] = wanted;
  }
}

function patchPlainList(of: Versions<readonly unknown[]>, key: string, patch: Draft): void {
  const has = (values: readonly unknown[], item: unknown): boolean => values.some((other) => equalData(other, item));
  const added = of.wanted.filter((item) => !has(of.live, item));
  const removed = (of.last ?? []).filter((item) => !has(of.wanted, item));
  if (added.length > 0) patch[key] = added;
  if (removed.length > 0) patch[`${deletePrefix}${key}`] = removed;
  const common = of.live.filter((item) => has(of.wanted, item));
  const moved = !equalData(common, of.wanted.filter((item) => has(of.live, item)));
  if (added.length > 0 || removed.length > 0 || moved) patch[`${orderPrefix}${key}`] = of.wanted;
}

function patchItems(of: Versions<readonly unknown[]>, how: { readonly key: string; readonly strategy: MergeStrategy; readonly itemType: string }, patch: Draft): void {
  const { key } = how;
  const mergeKey = how.strategy.key;
  const keyOf = (item: unknown): unknown => (isObject(item) ? item[mergeKey] : undefined);
  const find = (items: readonly unknown[], value: unknown): JsonObject | undefined => items.find((item) => equalData(keyOf(item), value)) as JsonObject | undefined;
  const changes: unknown[] = [];
  for (const item of of.wanted) {
    const live = find(of.live, keyOf(item));
    if (live === undefined || !isObject(item)) { changes.push(item); continue; }
    const inner = patchObject({ last: find(of.last ?? [], keyOf(item)), live, wanted: item }, how.itemType, how.strategy.retainKeys);
    if (Object.keys(inner).length > 0) changes.push({ ...inner, [mergeKey]: keyOf(item) });
  }
  for (const item of of.last ?? []) {
    if (find(of.wanted, keyOf(item)) === undefined) changes.push({ [patchDirective]: 'delete', [mergeKey]: keyOf(item) });
  }
  const order = of.wanted.map((item) => ({ [mergeKey]: keyOf(item) }));
  const common = of.live.map(keyOf).filter((value) => find(of.wanted, value) !== undefined);
  const moved = !equalData(common, of.wanted.map(keyOf).filter((value) => find(of.live, value) !== undefined));
  if (changes.length > 0) patch[key] = changes;
  if (changes.length > 0 || moved) patch[`${orderPrefix}${key}`] = order;
}
