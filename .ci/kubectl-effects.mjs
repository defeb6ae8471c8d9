// What lines leave behind: the stored objects of the real kubectl's cluster and of the prompt's, and the files in both folders.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { openCluster } from '../dist/src/cluster/cluster.js';

/** Both worlds go on this long before they are compared: controllers finish what a line began. */
const SETTLE_MICROS = 4_000_000;
/** What is written by the second, or only tells of what happened. */
const PASSING = /^(\/events|events\.k8s\.io\/|coordination\.k8s\.io\/|metrics\.k8s\.io\/)/;
/** Fields that differ by chance or by the moment. */
const BY_CHANCE = new Set(['uid', 'resourceVersion', 'time', 'observedGeneration']);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Random parts of names in a text, and what is computed from the time that kubectl itself knows. */
const withoutChance = text => text.replace(/\b(debugger|kube-api-access|node-debugger-worker-\d)-[a-z0-9]{5}\b/g, '$1-RANDOM').replace(/\b[0-9a-f]{64}\b/g, 'ID').replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME').replace(/"resourceVersion":"\d+"/g, '"resourceVersion":"RV"')
  .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UID').replace(/\b[bcdfghjklmnpqrstvwxz2456789]{8,10}\b/g, 'HASH').replace(/(?<=HASH)-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-RANDOM');

/** Entries of managers stand in the order of their times. */
const place = ({ manager, operation, subresource = '' }) => `${manager} ${operation} ${subresource}`;

function normal(value) {
  if (typeof value === 'string') return TIME.test(value) ? 'TIME' : withoutChance(value);
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.keys(value).sort().filter(key => !BY_CHANCE.has(key)).map(key => [withoutChance(key), key === 'managedFields' ? [...normal(value[key])].sort((a, b) => (place(a) < place(b) ? -1 : 1)) : normal(value[key])]));
}

function withoutStatus({ status: _status, metadata: { managedFields = [], ...metadata }, ...rest }) {
  return { ...rest, metadata: { ...metadata, managedFields: managedFields.filter(({ subresource }) => subresource !== 'status') } };
}

/** How often a controller has written an object depends on the moment. */
function withoutGeneration({ metadata: { generation: _generation, ...metadata }, ...rest }) {
  return { ...rest, metadata };
}

/** What is not compared of objects of some resources: how far containers and jobs have come, and which images are there, depends on the moment too. */
const MASKS = { '/pods': withoutStatus, '/nodes': withoutStatus, 'batch/jobs': withoutStatus, 'batch/cronjobs': withoutStatus, 'discovery.k8s.io/endpointslices': withoutGeneration };

/** Stored objects by their place in the store. */
function stored(kernel) {
  const objects = new Map();
  const server = kernel.world.processes.map(process => process.id).find(id => id.endsWith('/kube-apiserver'));
  for (const [resource, { items }] of kernel.stateOf(server).caches) {
    if (PASSING.test(resource)) continue;
    for (const [key, object] of items) objects.set(key, MASKS[resource]?.(object) ?? object);
  }
  return objects;
}

/** The number of the store: it changes with every write. */
export function revisionOf(kernel) {
  const server = kernel.world.processes.map(process => process.id).find(id => id.endsWith('/kube-apiserver'));
  let highest = 0;
  for (const [resource, cache] of kernel.stateOf(server).caches) if (!PASSING.test(resource)) highest = Math.max(highest, cache.items.size === 0 ? 0 : cache.revision);
  return highest;
}

/** Random parts of names, from which both worlds draw at other moments. */
const named = key => key.replace(/-[bcdfghjklmnpqrstvwxz2456789]{5}$/, '-RANDOM').replace(/-[bcdfghjklmnpqrstvwxz2456789]{8,10}(?=-RANDOM$|$)/, '-HASH');

function byName(kernel, topology) {
  const fork = openCluster({ topology, seed: 1, booted: kernel.checkpoint() });
  fork.kernel.run({ until: fork.kernel.world.now + SETTLE_MICROS });
  const found = new Map();
  for (const [key, object] of stored(fork.kernel)) {
    const name = named(key);
    const same = found.get(name) ?? [];
    same.push(normal(object));
    found.set(name, same);
  }
  // Objects whose names differ by chance only are compared in the order of their content.
  for (const same of found.values()) if (same.length > 1) same.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return found;
}

/** Of longer texts only what differs is shown. */
const LONG = 120;
function firstDifference(a, b) {
  let at = 0;
  while (a[at] === b[at]) at++;
  return Math.max(0, at - 20);
}

/** Paths at which two values differ. */
function* paths(real, prompt, at) {
  if (JSON.stringify(real) === JSON.stringify(prompt)) return;
  if (typeof real === 'string' && typeof prompt === 'string' && real.length > LONG) { const from = firstDifference(real, prompt); yield `${at}, from character ${from}: ${short(real.slice(from))} (real), ${short(prompt.slice(from))} (prompt)`; return; }
  if (typeof real !== 'object' || typeof prompt !== 'object' || real === null || prompt === null) { yield `${at}: ${short(real)} (real), ${short(prompt)} (prompt)`; return; }
  for (const key of new Set([...Object.keys(real), ...Object.keys(prompt)])) yield* paths(real[key], prompt[key], `${at}.${key}`);
}

const short = value => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 160));

/** How the stores differ after a line, in words. */
export function storesDiffering(real, prompt, topology) {
  const [a, b] = [byName(real, topology), byName(prompt, topology)];
  const found = [];
  for (const key of [...new Set([...a.keys(), ...b.keys()])].sort()) {
    const [of, to] = [a.get(key) ?? [], b.get(key) ?? []];
    if (of.length !== to.length) { found.push(`${key}: ${of.length} (real), ${to.length} (prompt)`); continue; }
    of.forEach((object, i) => { for (const path of paths(object, to[i], '')) found.push(`${key} ${path}`); });
  }
  return found;
}

/** Files below a folder that lines may have written, with their text. */
function filesIn(folder) {
  const found = new Map();
  const walk = (at) => {
    for (const name of readdirSync(at)) {
      if (name.startsWith('.')) continue;
      const path = join(at, name);
      if (statSync(path).isDirectory()) walk(path); else found.set(relative(folder, path), readFileSync(path, 'latin1'));
    }
  };
  if (existsSync(folder)) walk(folder);
  return found;
}

/** How the folders differ; `masked` puts out of sight what must differ. */
export function filesDiffering({ real, prompt }, masked) {
  const [a, b] = [filesIn(real), filesIn(prompt)];
  return [...new Set([...a.keys(), ...b.keys()])].sort().flatMap((name) => {
    if (!a.has(name)) return [`file ${name}: only the prompt wrote it`];
    if (!b.has(name)) return [`file ${name}: only the real kubectl wrote it`];
    // Typed commands write fields in the order of Go's structs: the lines are what counts.
    const lines = text => (/\.(json|yaml)$/.test(name) ? masked(text).split('\n').map(line => line.replace(/,$/, '')).sort().join('\n') : masked(text));
    const [of, to] = [lines(a.get(name)), lines(b.get(name))];
    if (of === to) return [];
    const at = of.split('\n').findIndex((line, i) => line !== to.split('\n')[i]);
    return [`file ${name}, line ${at + 1}: ${short(of.split('\n')[at])} (real), ${short(to.split('\n')[at])} (prompt)`];
  });
}
