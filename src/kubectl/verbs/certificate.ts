/** `kubectl certificate approve` and `deny`. */
import { formatTime } from '../../api/time.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { changeOf, report } from '../change.ts';
import { type Arguments, type Command, cx, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, plainFailure, usage } from '../errors.ts';
import { fileFlags, printFlags } from '../flags.ts';
import { membersOf } from '../members.ts';
import { hasFiles, isOn, operands } from '../options.ts';
import { callOf, send } from '../requests.ts';

interface Condition { readonly type: string; readonly status?: string; readonly reason?: string; readonly message?: string; readonly lastUpdateTime?: string }
interface SigningRequest extends KubeObject { readonly status?: { readonly conditions?: readonly Condition[] } }

/** @source kubernetes/kubectl pkg/cmd/certificates/certificates.go */
function decider(word: 'approve' | 'deny', decision: { readonly type: 'Approved' | 'Denied'; readonly reason: string; readonly done: string }): Command {
  return defineCommand({
    path: ['kubectl', 'certificate', word], summary: `${word} a request for a certificate`, changesWorld: true, examples: [],
    flags: [...fileFlags, ...printFlags, { name: 'force', type: 'bool', summary: 'decide again' }],
    *run(given: Arguments, settings: Settings): Conversation<number> {
      const names = operands(given, 'names');
      if (names.length === 0 && !hasFiles(given)) return yield* usage('one or more CSRs must be specified as <name> or -f <filename>');
      const args: Arguments = hasFiles(given) ? given : { ...given, operands: { ...given.operands, resource: 'csr' } };
      const change = changeOf(args, 'kubectl');
      if (!change.ok) return yield* fail(change.error);
      const members = yield* membersOf(args, settings);
      if (!members.ok) return yield* fail(members.error);
      const failures: Failure[] = [...members.value.failures];
      for (const { target, object } of members.value.members) {
        if (target.descriptor.kind !== 'CertificateSigningRequest') { failures.push(plainFailure(`no namespace set on resource ${target.descriptor.group}/${target.descriptor.version}, Resource=${target.descriptor.plural} ${JSON.stringify(target.name)}`)); continue; }
        const conditions = (object as SigningRequest).status?.conditions ?? [];
        const opposite = conditions.find((each) => each.type === (decision.type === 'Approved' ? 'Denied' : 'Approved'));
        if (opposite !== undefined) { failures.push(plainFailure(`certificate signing request ${JSON.stringify(object.metadata.name)} is already ${opposite.type}`)); continue; }
        const isDecided = conditions.some((each) => each.type === decision.type);
        if (!isDecided || isOn(args, 'force')) {
          const now = formatTime(yield* cx.now());
          const condition: Condition = { type: decision.type, status: 'True', reason: decision.reason, message: `This CSR was ${decision.done} by kubectl certificate ${word}.`, lastUpdateTime: now };
          const body = { ...object, status: { ...(object as SigningRequest).status, conditions: [...conditions.filter((each) => each.type !== decision.type), condition] } } as KubeObject;
          const answer = yield* send<KubeObject>(callOf('update', { ...target, subresource: 'approval' }, { body }));
          if (!answer.ok) { failures.push(answer.error); continue; }
        }
        yield* report(object, { descriptor: target.descriptor, name: target.name, done: decision.done, change: change.value });
      }
      return yield* fail(...failures);
    },
  });
}

export const certificateApprove = decider('approve', { type: 'Approved', reason: 'KubectlApprove', done: 'approved' });
export const certificateDeny = decider('deny', { type: 'Denied', reason: 'KubectlDeny', done: 'denied' });
