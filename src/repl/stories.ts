/** What the session tells about what happened: trace, who, events, and which of it is news to a learner. */
import type { Result } from '../base/data.ts';
import { formatClock } from '../base/duration.ts';
import { causesOf, plainNote, renderTrace, traceTree } from '../cluster/trace.ts';
import { explain } from '../lessons/explain.ts';
import { noteText } from '../lessons/tutor.ts';
import type { Kernel } from '../sim/kernel.ts';
import type { NoteFields } from '../sim/process.ts';
import type { Note } from '../sim/trace.ts';
import { requestLine, withStages } from './request-story.ts';
import type { HappenedEvent } from './session-view.ts';

type Lang = 'ko' | 'en';
type Told = Result<readonly string[], string>;

/** Notes about one thing that a trace shows. */
const ABOUT_SHOWN = 15;
const CAUSES_SHOWN = 5;

const refuse = (lang: Lang, ko: string, en: string): Told => ({ ok: false, error: lang === 'ko' ? ko : en });

/** A note as a sentence. */
export function noteLine(note: Note, lang: Lang): string {
  return requestLine(note) ?? noteText(note)?.[lang] ?? plainNote(note);
}

/** What followed from an event, as a tree. `root` 0 = nothing has been done yet. */
export function tellTrace(kernel: Kernel, root: number, lang: Lang): Told {
  if (root === 0) {
    return refuse(lang, '아직 클러스터에 한 일이 없어요. `kubectl create deployment web --image=nginx`부터 해 볼까요?', 'nothing has been done to the cluster yet; try `kubectl create deployment web --image=nginx`');
  }
  const tree = traceTree(kernel.trace, root);
  if (tree.length === 0) return refuse(lang, '마지막 명령이 남긴 자취가 없어요.', 'the last command left no trace');
  return { ok: true, value: renderTrace(tree, note => withStages(note, noteLine(note, lang))) };
}

/** What was said about one thing, with the causes of the latest. */
export function tellAbout(kernel: Kernel, target: string, lang: Lang): Told {
  const about = notesAbout(kernel, target);
  const last = about.at(-1);
  if (last === undefined) return noTrace(target, lang);
  const causes = causesOf(kernel, last).slice(0, CAUSES_SHOWN).reverse();
  const notes = [...new Set([...about.slice(-ABOUT_SHOWN), ...causes])].sort((a, b) => a.id - b.id);
  return { ok: true, value: notes.map(note => `${formatClock(note.at)}  ${note.process}: ${noteLine(note, lang)}`) };
}

/** Note types behind the verbs of "who did this". */
const ACTS: Readonly<Record<string, readonly string[]>> = {
  created: ['api.object.created', 'api.mirror.created'], deleted: ['api.object.deleting'], killed: ['api.object.deleting', 'container.exited', 'pod.evicted'],
};

/** Who did something to a thing. */
export function tellWho(kernel: Kernel, act: string, { target, lang }: { readonly target: string; readonly lang: Lang }): Told {
  const notes = notesAbout(kernel, target).filter(note => ACTS[act]?.includes(note.type) ?? true);
  if (notes.length === 0) return noTrace(target, lang);
  return { ok: true, value: notes.slice(-CAUSES_SHOWN).map(note => `${formatClock(note.at)}  ${String(note.fields['user'] ?? note.process)}: ${noteLine(note, lang)}`) };
}

function notesAbout(kernel: Kernel, target: string): readonly Note[] {
  const name = target.slice(target.indexOf('/') + 1);
  return kernel.trace.notes.filter(note => Object.values(note.fields).includes(name));
}

const noTrace = (target: string, lang: Lang): Told => refuse(lang, `"${target}"의 자취가 없어요.`, `there is no trace of "${target}"`);

/** An explanation of a topic. */
export function tellTopic(topic: string, lang: Lang): Told {
  const found = explain(topic);
  if (!found.ok) return { ok: false, error: found.message[lang] };
  const { title, lines, look } = found.value;
  return { ok: true, value: [title[lang], ...lines.map(line => line[lang]), ...look.map(line => `  ${line}`)] };
}

/** The latest events, oldest first, without what repeats all the time. */
export function latestEvents(notes: readonly Note[], max: number, lang: Lang): readonly HappenedEvent[] {
  const happened: HappenedEvent[] = [];
  for (let i = notes.length - 1; i >= 0 && happened.length < max; i--) {
    const note = notes[i] as Note;
    const text = noteText(note)?.[lang];
    if (text !== undefined && !isHeartbeat(note)) happened.push({ at: formatClock(note.at), who: note.process, text, kind: isBad(note.type) ? 'Warning' : 'Normal' });
  }
  return happened.reverse();
}

/** What repeats all the time in a healthy cluster. */
function isHeartbeat(note: Note): boolean {
  if (note.type === 'node.heartbeat') return true;
  return note.type === 'etcd.put' && /^\/registry\/(leases|masterleases|events)\//.test(String(note.fields['key'] ?? ''));
}

function isBad(type: string): boolean {
  return /failed|lost|unknown|evicted|denied|broken|backoff|oom|alarm|crash|error|expired|injected|exited/.test(type);
}

/** Refusals between components and first retries are daily business; the learner hears of them in the trace only. */
export function isNews(note: { readonly type: string; readonly fields: NoteFields }): boolean {
  if (note.type.startsWith('api.request.')) return !String(note.fields['user'] ?? '').startsWith('system:');
  // kube-apiserver compacts every five minutes; who compacts by hand is told by etcdctl.
  if (note.type === 'etcd.compacted') return false;
  if (note.type === 'kcm.sync.error') return Number(note.fields['sec'] ?? 0) >= 1;
  return true;
}
