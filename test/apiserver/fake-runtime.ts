import { micros, type ProcessId } from '../../src/base/data.ts';
import { answerReview } from '../../src/kubelet/programs/webhook.ts';
import { defineProcess } from '../../src/sim/process.ts';

/** A node on which one webhook runs, with arguments of its own. */
export const fakeRuntime = defineProcess<{ late: Map<string, [ProcessId, object]>; args: readonly string[] }, { type: string; id: number; path: string; port: number; body: object }, { args?: readonly string[] }>({
  kind: 'fake-runtime', mailboxMax: 1000, boot: ({ config }) => ({ late: new Map(), args: config.args ?? [] }),
  step(state, input, out) {
    if (input.type === 'timer') {
      const [to, answer] = state.late.get(input.name) ?? [];
      if (to !== undefined && answer !== undefined) out.send(to, answer);
      return;
    }
    if (input.type !== 'message' || input.body.type !== 'app.http') return;
    const { id, path, port, body } = input.body;
    const answered = port === 8443 ? answerReview(path, body, state.args) : { code: 0, body: '', after: 0 };
    state.late.set(String(id), [input.from, { type: 'app.answered', id, code: answered.code, body: answered.body }]);
    out.startTimer(String(id), micros(answered.after));
  },
});
