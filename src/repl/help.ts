/** Help texts, made from the registries and the grammar. */
import type { Result } from '../base/data.ts';
import type { Flag } from '../kubectl/command.ts';
import { commands } from '../kubectl/registry.ts';
import { sessionCommands } from './commands/registry.ts';
import { faultKinds } from '../sim/faults/registry.ts';
import { etcdHelp } from './etcd-help.ts';
import { kubectlHelp } from './kubectl-help.ts';
import { catalog, type CatalogNode, findNode } from './parse/catalog.ts';
import { usageOf } from './parse/railroad.ts';

type Lang = 'ko' | 'en';

/** The overview, or the help of one command. */
export function helpText(words: readonly string[], lang: Lang): Result<string, string> {
  if (words.length === 0) return { ok: true, value: overview(lang) };
  if (words[0] === 'fault' && words.length > 1) return faultHelp(words.slice(1).join(' '), lang);
  const node = findNode(words) ?? findNode(['kubectl', ...words]);
  if (node === undefined) return { ok: false, error: lang === 'ko' ? `"${words.join(' ')}" 도움말은 없어요. \`help\`를 보세요.` : `there is no help for "${words.join(' ')}"; see \`help\`` };
  return { ok: true, value: etcdHelp(node, lang) ?? kubectlHelp(node, lang) ?? helpOf(node, lang) };
}

function overview(lang: Lang): string {
  const ko = lang === 'ko';
  const entry = (path: string, summary: string): string => `  ${path.padEnd(14)}${summary}`;
  return [
    ko ? '프로그램' : 'Programs',
    ...[...catalog().commands.children.values()].filter((node) => ['kubectl', 'etcdctl', 'etcdutl', 'crictl', 'on'].includes(node.path[0] ?? '')).map((node) => entry(node.path[0] ?? '', node.summary[lang])),
    '', ko ? '시간과 장애, 배우기' : 'Time, faults, learning',
    ...sessionCommands.map((command) => entry(command.path.join(' '), command.summary[lang])),
    '', ko ? '물어봐도 돼요' : 'You can also ask',
    ...(ko ? ['  왜 web 파드가 Pending이야?   etcd가 뭐야?   파드 보여줘'] : ['  why is pod web pending?   what is etcd?   show me the pods']),
    '', ko ? '`help kubectl get`처럼 명령 하나의 도움말도 볼 수 있어요. `kubectl`은 빼고 `get pods`라고만 쳐도 돼요.' : 'See one command with `help kubectl get`. You may leave `kubectl` out: `get pods`.',
  ].join('\n');
}

/** Help of one command: what it does, its shape, flags, examples. */
function helpOf(node: CatalogNode, lang: Lang): string {
  const name = node.path.join(' ');
  const session = sessionCommands.find((command) => command.path.join(' ') === name);
  const command = commands.find((each) => each.path.join(' ') === name);
  const usage = session?.usage ?? usageOf(node.path);
  const examples = session?.examples ?? command?.examples.map((example) => example.line) ?? [];
  const children = [...node.children.values()];
  const ko = lang === 'ko';
  const section = (title: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ['', title, ...lines]);
  return [
    ...(node.summary[lang] === '' ? [] : [node.summary[lang]]),
    ...section(ko ? '쓰는 법:' : 'Usage:', [`  ${usage}`]),
    ...section(ko ? '명령:' : 'Commands:', children.map((child) => `  ${(child.path.at(-1) ?? '').padEnd(16)}${child.summary[lang]}`)),
    ...section(ko ? '플래그:' : 'Flags:', (command?.flags ?? []).filter((flag) => flag.hidden !== true).map(flagLine)),
    ...section(ko ? '종류:' : 'Kinds:', name === 'fault' ? faultLines(lang) : []),
    ...section(ko ? '보기:' : 'Examples:', examples.map((line) => `  ${line}`)),
  ].join('\n');
}

/** Each kind of fault with its words. */
function faultLines(lang: Lang): readonly string[] {
  const width = Math.max(...faultKinds.map(({ usage }) => usage.length));
  return faultKinds.map(({ usage, summary }) => `  fault ${usage.padEnd(width)}  ${summary[lang]}`);
}

/** What one kind of fault does, and how it is written. */
function faultHelp(name: string, lang: Lang): Result<string, string> {
  const kind = faultKinds.find((one) => one.name === name);
  const ko = lang === 'ko';
  if (kind === undefined) return { ok: false, error: ko ? `"${name}" 장애는 없어요. \`help fault\`에 종류가 다 있어요.` : `there is no fault "${name}"; \`help fault\` lists them all` };
  return { ok: true, value: [kind.about[lang], '', ko ? '쓰는 법:' : 'Usage:', `  fault ${kind.usage}`, '', ko ? '보기:' : 'Examples:', `  ${kind.example}`].join('\n') };
}

function flagLine(flag: Flag): string {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
  const value = flag.type === 'bool' ? '' : `=${flag.choices?.join('|') ?? flag.type}`;
  return `  ${`${short}--${flag.name}${value}`.padEnd(34)} ${flag.summary}`;
}
