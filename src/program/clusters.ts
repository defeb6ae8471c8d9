/** Clusters by name or file. */
import { readFileSync } from 'node:fs';
import type { Result } from '../base/data.ts';
import { parseTopology, presets, type Topology } from '../cluster/topology.ts';
import { readYaml } from '../repl/read-document.ts';
import { reasonOf } from '../repl/file-errors.ts';

/** The cluster that the options name, with the add-ons that they switch on. */
export function chosenTopology({ cluster, addons }: { readonly cluster: string; readonly addons: readonly string[] }): Result<Topology, string> {
  const found = findTopology(cluster === '' ? 'default' : cluster);
  return !found.ok || addons.length === 0 ? found : { ok: true, value: { ...found.value, addons: [...new Set([...found.value.addons ?? [], ...addons])] } };
}

/** A preset or the topology in a YAML file; the error is one line per problem. */
export function findTopology(name: string): Result<Topology, string> {
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset !== undefined) return { ok: true, value: preset };
  if (!/[./\\]/.test(name)) {
    return { ok: false, error: `there is no cluster "${name}": expected ${Object.keys(presets).join(', ')}, or a YAML file` };
  }
  let text: string;
  try {
    text = readFileSync(name, 'utf8');
  } catch (error) {
    return { ok: false, error: `${name}: cannot be read: ${reasonOf(error)}` };
  }
  const document = readYaml(name, text);
  if (!document.ok) return { ok: false, error: document.problems.join('\n') };
  const topology = parseTopology(document.source.data);
  if (topology.ok) return topology;
  return { ok: false, error: topology.error.map(problem => located(document.source.locate, name, problem)).join('\n') };
}

function located(locate: (path: readonly (string | number)[]) => { readonly line: number; readonly column: number }, file: string, problem: string): string {
  const path = problem.slice(0, problem.indexOf(':')).split(/[.[\]]+/).filter(part => part !== '').map(part => (/^\d+$/.test(part) ? Number(part) : part));
  const { line, column } = locate(path);
  return `${file}:${line}:${column}: ${problem}`;
}
