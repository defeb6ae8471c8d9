/** Clusters by name or file. */
import { readFileSync } from 'node:fs';
import type { Result } from '../base/data.ts';
import type { Lang } from '../base/text.ts';
import { parseTopology, presets, type Topology } from '../cluster/topology.ts';
import { readYaml } from '../repl/read-document.ts';
import { cannotRead } from '../repl/file-errors.ts';
import { words } from './words.ts';

/** The cluster that the options name, with the add-ons that they switch on. */
export function chosenTopology({ cluster, addons, lang }: { readonly cluster: string; readonly addons: readonly string[]; readonly lang: Lang }): Result<Topology, string> {
  const found = findTopology(cluster === '' ? 'default' : cluster, lang);
  return !found.ok || addons.length === 0 ? found : { ok: true, value: { ...found.value, addons: [...new Set([...found.value.addons ?? [], ...addons])] } };
}

/** A preset or the topology in a YAML file; the error is one line per problem. */
export function findTopology(name: string, lang: Lang): Result<Topology, string> {
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset !== undefined) return { ok: true, value: preset };
  if (!/[./\\]/.test(name)) {
    return { ok: false, error: words.noCluster(name, Object.keys(presets))[lang] };
  }
  let text: string;
  try {
    text = readFileSync(name, 'utf8');
  } catch (error) {
    return { ok: false, error: cannotRead(name, error, lang) };
  }
  const document = readYaml(name, text, lang);
  if (!document.ok) return { ok: false, error: document.problems.join('\n') };
  const topology = parseTopology(document.source.data, lang);
  if (topology.ok) return topology;
  return { ok: false, error: topology.error.map(problem => located(document.source.locate, name, problem)).join('\n') };
}

function located(locate: (path: readonly (string | number)[]) => { readonly line: number; readonly column: number }, file: string, problem: string): string {
  const path = problem.slice(0, problem.indexOf(':')).split(/[.[\]]+/).filter(part => part !== '').map(part => (/^\d+$/.test(part) ? Number(part) : part));
  const { line, column } = locate(path);
  return `${file}:${line}:${column}: ${problem}`;
}
