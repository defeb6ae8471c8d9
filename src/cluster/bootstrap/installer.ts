/**
 * What `kubeadm init` does after the control plane answers: rights for the admin, and the add-ons. A process that writes its manifests through the
 * API like everybody else, tries again what fails, and then rests.
 *
 * @source kubernetes/kubernetes cmd/kubeadm/app/phases
 */
import { micros, millis } from '../../base/data.ts';
import type { KubeObject } from '../../api/meta.ts';
import { call, keyOf } from '../../client/resources.ts';
import { handleRest, newRest, request, type RestConfig, type RestEvent, type RestState } from '../../client/rest.ts';
import { defineProcess, type Outbox } from '../../sim/process.ts';
import { drawToken, type JoinToken, tokenSecret } from './join-token.ts';

/** Labels that a node may not give to itself. @source cmd/kubeadm/app/phases/markcontrolplane */
export interface NodeMark { readonly node: string; readonly labels: Readonly<Record<string, string>> }

/** `manifests` are created first, then the nodes are marked, each as soon as it has registered. */
export interface InstallerConfig { readonly rest: RestConfig; readonly manifests: readonly KubeObject[]; readonly marks?: readonly NodeMark[]; /** A token for machines that join. */ readonly makesToken?: boolean }

interface InstallerState { readonly config: InstallerConfig; readonly manifests: readonly KubeObject[]; rest: RestState; next: number; failures: number }

const RETRY_MIN = millis(200);
const RETRY_MAX = millis(2000);

export const installer = defineProcess<InstallerState, { readonly type: string }, InstallerConfig>({
  kind: 'installer',
  mailboxMax: 1000,
  boot({ config, out, disk }) {
    const state: InstallerState = { config, manifests: [...config.manifests, ...joinToken(config, out, disk.get('token') as JoinToken | undefined)], rest: newRest(config.rest), next: (disk.get('next') as number | undefined) ?? 0, failures: 0 };
    apply(state, out);
    return state;
  },
  step(state, input, out) {
    if (input.type === 'timer' && input.name === 'retry') { apply(state, out); return; }
    for (const event of handleRest(state.rest, input, out) ?? []) answered(state, event, out);
  },
});

/** The Secret of the token, drawn at the first start. */
function joinToken({ makesToken = false }: InstallerConfig, out: Outbox, known: JoinToken | undefined): readonly KubeObject[] {
  if (!makesToken) return [];
  const token = known ?? drawToken(out);
  if (known === undefined) out.write('token', [['token', token]]);
  return [tokenSecret(token)];
}

function apply(state: InstallerState, out: Outbox): void {
  const { manifests, config: { marks = [] } } = state;
  const manifest = manifests[state.next];
  if (manifest === undefined) { mark(state, marks[state.next - manifests.length], out); return; }
  const { namespace } = manifest.metadata;
  const target = namespace === undefined ? keyOf(manifest) : `${namespace}/`;
  request(state.rest, out, call('create', manifest.kind, namespace === undefined ? '' : target, { body: manifest }), 'apply', { timeout: micros(5_000_000) });
}

function mark(state: InstallerState, wanted: NodeMark | undefined, out: Outbox): void {
  if (wanted === undefined) return;
  const body = { metadata: { labels: wanted.labels } };
  request(state.rest, out, call('patch', 'Node', wanted.node, { body, patchType: 'strategic' }), 'mark', { timeout: micros(5_000_000) });
}

function answered(state: InstallerState, event: RestEvent, out: Outbox): void {
  if (event.type !== 'response') return;
  if ((event.code >= 200 && event.code < 300) || event.code === 409) {
    state.next++;
    state.failures = 0;
    out.write(`next${state.next}`, [['next', state.next]]);
    apply(state, out);
    return;
  }
  state.failures++;
  out.startTimer('retry', micros(Math.min(RETRY_MAX, RETRY_MIN * state.failures)));
}
