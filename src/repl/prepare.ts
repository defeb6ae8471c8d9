/** From a parsed command to what the terminal process runs: files are read and parsed here, at the edge. */
import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deepFreeze, type Result } from '../base/data.ts';
import { equalData } from '../base/compare.ts';
import type { Topology } from '../cluster/topology.ts';
import type { Arguments, Command, Flag, Settings } from '../kubectl/command.ts';
import { commands } from '../kubectl/registry.ts';
import { type Built, buildKustomization } from './kustomize/build.ts';
import { explanationsOf } from './explanations.ts';
import { isAddress, textAt } from './web.ts';
import { readEdited, readManifest, readPatch } from './manifest.ts';
import type { Pipeline } from './parse/parse.ts';

export interface PrepareContext {
  readonly lang: 'ko' | 'en';
  readonly columns: number;
  readonly topology: Topology;
}

export interface Prepared {
  readonly args: Arguments;
  readonly settings: Omit<Settings, 'namespace'>;
  readonly changesWorld: boolean;
}

/** Largest file read. */
const FILE_BYTES_MAX = 10_000_000;
/** Files of one folder. */
const FILES_MAX = 1000;

/** Reads what a command needs from outside; the error is for standard error. */
export function prepare(pipeline: Pipeline, context: PrepareContext): Result<Prepared, string> {
  const { command } = pipeline;
  const found: Command | undefined = commands.find(one => equalData(one.path, command.path));
  if (found === undefined) return { ok: false, error: `${command.path.join(' ')}: there is no such command` };
  const node = machineOf(pipeline, context.topology);
  if (!node.ok) return node;
  const files = readFiles(command, found.flags, pipeline.stdin);
  if (!files.ok) return files;
  const objects: { readonly source: string; readonly object: unknown }[] = [];
  // The command complains about its words first, then about files.
  const problems = [...files.value.problems];
  const paths = [...files.value.missing];
  for (const [source, text] of Object.entries(files.value.manifests)) {
    const read = readManifest(source, text);
    if (!read.ok) { problems.push(read.error); continue; }
    objects.push(...read.value.map(object => ({ source, object })));
  }
  const built = kustomized(command);
  if (!built.ok && command.path[1] === 'kustomize') return { ok: false, error: `error: ${built.error}` };
  if (!built.ok) paths.push(built.error);
  const { objects: madeOf = [], warnings = [] } = built.ok ? built.value : {};
  objects.push(...madeOf.map(object => ({ source: built.ok ? built.folder : '', object })));
  const args = deepFreeze({
    ...command, files: { ...files.value.manifests, ...files.value.others, ...(command.path.join(' ') === 'kubectl explain' ? { docs: explanationsOf(command.operands['field'], command.flags['api-version']) } : {}) },
    ...(Object.keys(files.value.binary).length === 0 ? {} : { binaryFiles: files.value.binary }),
    operands: { ...command.operands, ...(warnings.length === 0 ? {} : { fileWarnings: warnings }), ...(problems.length === 0 ? {} : { fileErrors: problems }), ...(paths.length === 0 ? {} : { pathErrors: paths }), ...(objects.length === 0 ? {} : { objects }), ...patchIn(command, files.value.others), ...customIn(command, files.value.others), ...editedIn(command, pipeline.stdin) },
  });
  return {
    ok: true,
    value: {
      args, settings: { lang: context.lang, node: node.value, columns: context.columns }, changesWorld: found.changesWorld,
    },
  };
}

/** Commands of a node run on the first machine unless the line says `on NODE:`. */
function machineOf(pipeline: Pipeline, topology: Topology): Result<string, string> {
  const names = topology.machines.map(machine => machine.name);
  const wanted = pipeline.on ?? names[0] ?? '';
  return names.includes(wanted) ? { ok: true, value: wanted } : { ok: false, error: `ssh: Could not resolve hostname ${wanted}: Name or service not known` };
}

/** The patch of `kubectl patch`, in YAML or JSON; one that is neither is left to the command to refuse. */
function patchIn(command: Arguments, others: Files['others']): { readonly patchObject?: unknown } {
  if (command.path.join(' ') !== 'kubectl patch') return {};
  const file = command.flags['patch-file'];
  const text = command.flags['patch'] ?? (typeof file === 'string' ? others[file] : undefined);
  const patchObject = typeof text === 'string' ? readPatch(text) : undefined;
  return patchObject === undefined ? {} : { patchObject };
}

/** The part of a container that `kubectl debug --custom` adds. */
function customIn(command: Arguments, others: Files['others']): { readonly customContainer?: object } {
  const file = command.path[1] === 'debug' ? command.flags['custom'] : undefined;
  const text = typeof file === 'string' ? others[file] : undefined;
  const customContainer = text === undefined ? undefined : readPatch(text);
  return typeof customContainer !== 'object' || customContainer === null ? {} : { customContainer };
}

/** The objects of `-k FOLDER` and `kubectl kustomize [FOLDER]`. */
function kustomized(command: Arguments): { readonly ok: true; readonly value: Built; readonly folder: string } | { readonly ok: false; readonly error: string } {
  const flag = command.flags['kustomize'];
  const words = asList(command.operands['names'] as readonly string[] | undefined);
  const isVerb = command.path[1] === 'kustomize' && words.length < 2;
  const folder = typeof flag === 'string' ? flag : isVerb ? words[0] ?? '.' : '';
  if (folder === '') return { ok: true, value: { objects: [], warnings: [] }, folder };
  const built = buildKustomization(folder);
  return built.ok ? { ok: true, value: built.value, folder } : built;
}

/** `kubectl edit … <<EOF`: the edited object comes with the line. */
function editedIn(command: Arguments, stdin: string | undefined): { readonly edited?: object } {
  const isEdit = command.path[1] === 'edit' || command.path[2] === 'edit-last-applied';
  return isEdit && stdin !== undefined && command.flags['filename'] === undefined ? { edited: readEdited(stdin) } : {};
}

/** Commands that look into folders below those of `-f` unless told not to. */
const RECURSIVE: ReadonlySet<string> = new Set(['set selector', 'wait']);

interface Files { readonly manifests: Readonly<Record<string, string>>; readonly others: Readonly<Record<string, string>>; readonly binary: Readonly<Record<string, string>>; readonly problems: readonly string[]; /** Paths that lead nowhere: kubectl does not begin. */ readonly missing: readonly string[] }

/** Reads what the flags name. A file of `-f` that is not there is an error here; others the command misses itself, in its own words. */
function readFiles(command: Arguments, flags: readonly Flag[], stdin: string | undefined): Result<Files, string> {
  const manifests: Record<string, string> = {};
  const others: Record<string, string> = {};
  const binary: Record<string, string> = {};
  const problems: string[] = [];
  const missing: string[] = [];
  // Programs in containers and etcdctl read their standard input.
  if (stdin !== undefined && (command.path[0] === 'etcdctl' || ['exec', 'attach', 'run', 'delete'].includes(command.path[1] ?? ''))) others['-'] = stdin;
  if (command.path[1] === 'cp') for (const path of localSources(command)) readInto(path, others, binary);
  const given = asList(command.flags['filename']);
  const isRecursive = command.flags['recursive'] === true || (command.flags['recursive'] === undefined && RECURSIVE.has(command.path.slice(1).join(' ')));
  for (const name of given) {
    const paths = expand(name, isRecursive);
    if (paths.length === 0 && given.length === 1) missing.push(`error reading [${name}]: recognized file extensions are [.json .yaml .yml]`);
    for (const path of paths) {
      const text = path === '-' ? stdin ?? '' : readText(path);
      if (typeof text !== 'string') { (text.isMissing ? missing : problems).push(text.problem); continue; }
      manifests[path === '-' ? 'STDIN' : path] = text;
    }
  }
  for (const flag of flags) {
    if (flag.completes !== 'file' || flag.name === 'filename') continue;
    for (const value of asList(command.flags[flag.name])) for (const path of filesNamed(value)) readInto(path, others, binary);
  }
  // `-o jsonpath-file=FILE`, `-o jsonpath-file --template FILE`
  const output = command.flags['output'];
  const inFile = typeof output === 'string' ? /^(?:jsonpath-|go-template-|template|custom-columns-)file(?:=(.+))?$/.exec(output) : null;
  const template = inFile === null ? undefined : inFile[1] ?? command.flags['template'];
  if (typeof template === 'string') readInto(template, others, binary);
  return { ok: true, value: { manifests, others, binary, problems, missing } };
}

/** The files that `kubectl cp` sends: the source, or what is below it. */
function localSources(command: Arguments): readonly string[] {
  const [from] = asList(command.operands['names'] as readonly string[] | undefined);
  return from === undefined || (from.includes(':') && !/^[.~/]/.test(from)) ? [] : filesBelow(from.replace(/\/+$/, ''), FILES_MAX);
}

function filesBelow(path: string, most: number): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path).sort().flatMap(name => filesBelow(join(path, name), most)).slice(0, most);
  } catch {
    return [];
  }
}

/** The file of `FILE` or `KEY=FILE`, or those right inside a folder. */
function filesNamed(value: string): readonly string[] {
  const path = value.includes('=') ? value.slice(value.indexOf('=') + 1) : value;
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { withFileTypes: true }).filter(entry => entry.isFile()).map(entry => `${path.replace(/\/$/, '')}/${entry.name}`).sort().slice(0, FILES_MAX);
  } catch {
    return [];
  }
}

function readInto(path: string, texts: Record<string, string>, binary: Record<string, string>): void {
  try {
    if (statSync(path).size > FILE_BYTES_MAX) return;
    const bytes = readFileSync(path);
    if (isUtf8(bytes)) texts[path] = bytes.toString('utf8');
    else binary[path] = bytes.toString('base64');
  } catch {
    // The command says what is missing.
  }
}

function asList(value: Arguments['flags'][string]): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'object' ? value : [String(value)];
}

/** A folder stands for its manifests; those of folders below it count when asked for. */
function expand(path: string, isDeep: boolean): readonly string[] {
  try {
    if (path === '-' || isAddress(path) || !statSync(path).isDirectory()) return [path];
    const below = isDeep ? filesBelow(path, FILES_MAX) : readdirSync(path).sort().map(name => join(path, name)).filter(one => !statSync(one).isDirectory());
    return below.filter(name => /\.(ya?ml|json)$/.test(name)).slice(0, FILES_MAX);
  } catch {
    return [path];
  }
}

function readText(path: string): string | { readonly problem: string; readonly isMissing: boolean } {
  if (isAddress(path)) {
    const found = textAt(path);
    return found.ok ? found.value : { problem: found.error, isMissing: false };
  }
  try {
    if (statSync(path).size > FILE_BYTES_MAX) return { problem: `error: ${path}: larger than ${FILE_BYTES_MAX} bytes`, isMissing: false };
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as { code?: string };
    const isMissing = code === 'ENOENT';
    return { isMissing, problem: isMissing ? `the path "${path}" does not exist` : `error: ${path}: ${error instanceof Error ? error.message : String(error)}` };
  }
}
