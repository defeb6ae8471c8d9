import { seconds } from '../../src/base/data.ts';
import type { ApiCall, WatchEvent } from '../../src/api/wire.ts';
import type { ApiAnswer, Arguments, Settings } from '../../src/kubectl/command.ts';
import { withCustomKinds } from '../../src/kubectl/custom-kinds.ts';
import { commandAt } from '../../src/kubectl/registry.ts';
import { parse } from '../../src/repl/parse/parse.ts';
import type { Conversation } from '../../src/sim/conversation.ts';

/** What a line did. */
export interface Driven { readonly exit: number; readonly stdout: string; readonly stderr: string; readonly calls: readonly ApiCall[] }

const settings: Settings = { namespace: 'default', lang: 'en', node: 'cp-1', columns: 0 };
const away: ApiAnswer = { ok: false, code: 0, unreachable: 'The connection to the server 10.0.0.10:6443 was refused - did you specify the right host or port?' };
/** Questions that one line may ask. */
const QUESTIONS_MAX = 1000;

/** A command as the terminal starts it. */
function* running(args: Arguments): Conversation<number> {
  return yield* commandAt(args.path).run(yield* withCustomKinds(args), settings);
}

/** Runs one line of the prompt; `api` answers its requests. */
export function drive(line: string, api: (call: ApiCall) => ApiAnswer = () => away, more: { readonly objects?: readonly object[]; readonly files?: Readonly<Record<string, string>>; readonly events?: readonly WatchEvent[] } = {}): Driven {
  const parsed = parse(line);
  if (!parsed.ok) return { exit: parsed.exit, stdout: '', stderr: `${parsed.message}\n`, calls: [] };
  const [pipeline] = parsed.commands;
  if (pipeline === undefined) return { exit: 0, stdout: '', stderr: '', calls: [] };
  if (pipeline.isSession) return { exit: 0, stdout: `(session) ${pipeline.command.path.join(' ')}\n`, stderr: '', calls: [] };
  const objects = more.objects?.map((object) => ({ source: 'STDIN', object }));
  const args = { ...pipeline.command, files: more.files ?? {}, operands: objects === undefined ? pipeline.command.operands : { ...pipeline.command.operands, objects } };
  const talk = running(args);
  const out = { stdout: '', stderr: '' };
  const calls: ApiCall[] = [];
  const events = [...more.events ?? []];
  let step = talk.next();
  for (let i = 0; i < QUESTIONS_MAX && step.done !== true; i++) {
    const { ask, args: asked } = step.value;
    let answer: unknown = null;
    if (ask === 'print') {
      const piece = asked as { readonly stream: 'stdout' | 'stderr'; readonly text: string };
      out[piece.stream] += piece.text;
    } else if (ask === 'now') {
      answer = seconds(100);
    } else if (ask === 'api') {
      calls.push(asked as ApiCall);
      answer = api(asked as ApiCall);
    } else if (ask === 'apiWatch') {
      answer = { ok: true, handle: 1 };
    } else if (ask === 'apiNext') {
      answer = events.length > 0 ? { type: 'events', events: events.splice(0) } : { type: 'ended' };
    } else if (ask === 'processes') {
      answer = [];
    }
    step = talk.next(answer);
  }
  return { exit: step.done === true ? step.value : -1, ...out, calls };
}
