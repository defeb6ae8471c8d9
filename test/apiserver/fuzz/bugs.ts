import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { plantedCopy } from '../../planted.ts';

/** Bugs of the API server that its laws must find: changes of the built text, to be adapted when the text they name is changed. */
export interface ApiBug {
  readonly name: string;
  /** What is wrong, in a line. */
  readonly about: string;
  /** Module below `src`, without its ending. */
  readonly file: string;
  readonly changes: readonly (readonly [find: string, replace: string])[];
  /** The law that finds it, and what it says. */
  readonly law: string;
  readonly says: RegExp;
}

export const apiBugs: readonly ApiBug[] = [
  { name: 'zero-replicas', about: 'no replicas are as good as none said', file: 'api/zero-values', changes: [["'progressDeadlineSeconds', 'replicas',", "'progressDeadlineSeconds',"]], law: 'zeros', says: /zeros were lost/ },
  { name: 'zero-false', about: 'an empty value is always kept', file: 'api/zero-values', changes: [['return EMPTIABLE.includes(kind) &&', "return EMPTIABLE.includes(kind) && field !== 'hostNetwork' &&"]], law: 'zeros', says: /were kept/ },
  { name: 'page-again', about: 'a page begins with the last object of the one before', file: 'apiserver/registry/continue-token', changes: [['start: key }', "start: key.replace('\\0', '') }"]], law: 'pages', says: /pages of \d+ are/ },
  { name: 'merge-by-place', about: 'a merged list is not put into the order of the patch', file: 'api/patch/strategic', changes: [['result[field] = inOrder(merged, { patchOrder: order, serverOrder: original ?? [], mergeKey });', 'result[field] = merged;']], law: 'patchAfterDiff', says: /after \d+ runs/ },
  { name: 'delete-ignored', about: 'null in a patch leaves the field as it is', file: 'api/patch/strategic', changes: [['if (patch[key] !== null)\n            copy[key]', 'copy[key]']], law: 'patchAfterDiff', says: /after \d+ runs/ },
  { name: 'owner-of-nothing', about: 'who owned a field that is gone owns it still', file: 'apiserver/managed-fields/entries', changes: [['const kept = difference(fieldsOfEntry(entry), removed);', 'const kept = fieldsOfEntry(entry);']], law: 'changes', says: /owns .*, which .* does not have/ },
  { name: 'last-writer-wins', about: 'a change of an old version is taken', file: 'apiserver/registry/before-update', changes: [['return resourceVersion === old.metadata.resourceVersion ? undefined : conflict(of, name);', 'return undefined;']], law: 'changes', says: /change of an old version was answered 200/ },
  { name: 'watch-forgets', about: 'an object that leaves the selection is not told', file: 'apiserver/cacher/dispatch', changes: [["return before ? translate(change, 'DELETED'", "return before && change.type === 'DELETED' ? translate(change, 'DELETED'"]], law: 'changes', says: /the watch says/ },
  { name: 'quota-adds-nothing', about: 'a claim on a quota is not added to what is used', file: 'apiserver/admission/quota/check', changes: [['claims.push({ quota, used: sum });', 'claims.push({ quota, used });']], law: 'quotas', says: /objects where 7 and 4 are allowed/ },
  { name: 'quota-off-by-one', about: 'the last one that fits is refused', file: 'api/quota/amounts', changes: [['compareQuantity(list[name], limits[name]) > 0', 'compareQuantity(list[name], limits[name]) >= 0']], law: 'quotas', says: /objects where 7 and 4 are allowed/ },
  { name: 'seat-kept', about: 'a request that waited in a queue never gives its seat back', file: 'apiserver/fairness/queues', changes: [['seat(waiting, name, { state, width });', 'seat(waiting, name, { state, width });\n        state.executing++;']], law: 'crowds', says: /left behind|answers|seats/ },
  { name: 'seat-for-all', about: 'who comes while others wait is seated', file: 'apiserver/fairness/queues', changes: [['if (state.seats + width <= level.nominal)', 'if (state.seats + width <= level.nominal * 4)']], law: 'crowds', says: /ran at once on a level/ },
];

const PARTS = ['src/base', 'src/sim', 'src/api', 'src/etcd', 'src/client', 'src/apiserver', 'test/apiserver/harness.js', 'test/apiserver/fuzz', 'test/planted.js'];

/** The laws over a copy of the build with a bug in it. */
export async function lawsWith({ name, file, changes }: ApiBug): Promise<typeof import('./laws.ts')> {
  const copy = plantedCopy({ name: `api-${name}`, list: 'test/apiserver/fuzz/bugs.ts', parts: PARTS, changes: [{ file: `src/${file}.js`, changes }] });
  return await import(pathToFileURL(join(copy, 'test/apiserver/fuzz/laws.js')).href) as typeof import('./laws.ts');
}
