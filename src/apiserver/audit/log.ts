/**
 * The audit log: what people asked of the API, who they were and what was decided. A component of its own keeps no such log; each API server has one.
 *
 * @source kubernetes/apiserver pkg/apis/audit/v1/types.go, plugin/pkg/audit/log
 * @fidelity simplified: a request is written down when its answer begins, so one that is under way is not in the log yet; the end of a watch is not written; the
 * last thousand requests are kept
 */
import { auditId } from '../../api/audit-id.ts';
import type { Micros } from '../../base/data.ts';
import { isStatus } from '../../api/status.ts';
import { formatMicroTime } from '../../api/time.ts';
import type { ApiCall } from '../../api/wire.ts';
import type { Reply } from '../stage.ts';
import type { RequestRecord, Server, UserInfo } from '../state.ts';
import { auditDecision, type AuditLevel, type AuditStage, defaultAuditPolicy, isSilent } from './policy.ts';

/** Requests kept. */
const EVENTS_MAX = 1000;

/** What is remembered of a request; the event is put into words when somebody reads the log. Frozen. */
export interface AuditEntry {
  readonly level: AuditLevel;
  readonly omitStages: readonly AuditStage[];
  readonly serial: number;
  /** The client's own name of the request; '' = it has given none. */
  readonly auditId: string;
  readonly call: ApiCall;
  readonly user: UserInfo;
  readonly impersonator: UserInfo | undefined;
  readonly userAgent: string;
  readonly code: number;
  readonly body: unknown;
  readonly watching: boolean;
  readonly stages: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly receivedAt: Micros;
  readonly at: Micros;
}

/** Writes a finished request down, if the policy wants it. */
export function auditRequest({ state, out }: Server, request: RequestRecord, reply: Reply): void {
  const policy = state.config.auditPolicy ?? defaultAuditPolicy;
  const { call: meant, asked: call = meant, user, impersonator, userAgent, stages, annotations, receivedAt, serial } = request;
  const who = impersonator ?? user;
  if (request.client === '' || isSilent(policy, who)) return;
  const { level, omitStages } = auditDecision(policy, call, who);
  if (level === 'None') return;
  // A ring: when it is full, the oldest event makes room.
  state.auditLog[state.audited++ % EVENTS_MAX] = Object.freeze({
    level, omitStages, serial, auditId: request.auditId ?? '', call, user, impersonator, userAgent, code: reply.code, body: level === 'RequestResponse' || isStatus(reply.body) ? reply.body : undefined, watching: reply.watching === true, stages,
    annotations: annotations ?? {}, receivedAt, at: out.now,
  });
}

/** The whole log, one event per line, oldest first. */
export function auditLogText({ state, out }: Server): string {
  const { auditLog, audited } = state;
  const from = audited <= EVENTS_MAX ? 0 : audited % EVENTS_MAX;
  const events = [...auditLog.slice(from), ...auditLog.slice(0, from)].flatMap(entry => stagesOf(entry).map(stage => ({ at: stage === 'RequestReceived' ? entry.receivedAt : entry.at, event: eventOf(entry, stage, out.self) })));
  return events.sort((a, b) => a.at - b.at).map(({ event }) => `${JSON.stringify(event)}\n`).join('');
}

function stagesOf({ watching, omitStages }: AuditEntry): readonly AuditStage[] {
  const passed: readonly AuditStage[] = ['RequestReceived', watching ? 'ResponseStarted' : 'ResponseComplete'];
  return passed.filter(stage => !omitStages.includes(stage));
}

/** @source kubernetes/apiserver pkg/audit/request.go */
function eventOf(entry: AuditEntry, stage: AuditStage, self: string): object {
  const { level, call, user, impersonator, userAgent, code, body, receivedAt, at } = entry;
  const failed = isStatus(body) ? { status: body.status, ...(body.message === undefined ? {} : { message: body.message }), ...(body.reason === undefined ? {} : { reason: body.reason }) } : {};
  const full = level === 'RequestResponse' && body !== undefined;
  const who = { user: userOf(impersonator ?? user), ...(impersonator === undefined || stage === 'RequestReceived' ? {} : { impersonatedUser: userOf(user) }), sourceIPs: ['10.0.0.10'], userAgent };
  const head = { kind: 'Event', apiVersion: 'audit.k8s.io/v1', level, auditID: entry.auditId || auditId(self, entry.serial), stage, requestURI: uriOf(call), verb: call.verb, ...who };
  if (stage === 'RequestReceived') {
    // The body has not been read.
    const { body: _unread, ...path } = call;
    const named = call.resource === '' ? {} : { objectRef: referenceOf(path, undefined) };
    return { ...head, ...named, requestReceivedTimestamp: formatMicroTime(receivedAt), stageTimestamp: formatMicroTime(receivedAt) };
  }
  return {
    ...head, ...(call.resource === '' ? {} : { objectRef: referenceOf(call, body) }), responseStatus: { metadata: {}, ...failed, code },
    ...(level !== 'Metadata' && call.body !== undefined ? { requestObject: call.body } : {}), ...(full ? { responseObject: body } : {}),
    requestReceivedTimestamp: formatMicroTime(receivedAt), stageTimestamp: formatMicroTime(at), annotations: { ...decisionOf(entry), ...entry.annotations },
  };
}

function userOf({ name, uid, groups, extra }: UserInfo): object {
  return { username: name, ...(uid === '' ? {} : { uid }), groups, ...(extra === undefined ? {} : { extra }) };
}

function uriOf({ resource, path = '', group, version, namespace, name, subresource, options = {}, verb, proxied }: ApiCall): string {
  if (resource === '') return path;
  if (proxied !== undefined) return `${proxied.prefix}${proxied.path}${proxied.query === '' ? '' : `?${proxied.query}`}`;
  const parts = [group === '' ? '/api' : `/apis/${group}`, version, ...(namespace === '' ? [] : ['namespaces', namespace]), resource, ...(name === '' ? [] : [name]), ...(subresource === '' ? [] : [subresource])];
  const query = [
    ...(options.fieldManager === undefined ? [] : [`fieldManager=${options.fieldManager}`]), ...(options.dryRun === true ? ['dryRun=All'] : []),
    ...(options.fieldSelector === undefined ? [] : [`fieldSelector=${encodeURIComponent(options.fieldSelector)}`]), ...(options.labelSelector === undefined ? [] : [`labelSelector=${encodeURIComponent(options.labelSelector)}`]),
    ...(options.limit === undefined || options.limit === 0 ? [] : [`limit=${options.limit}`]), ...(verb === 'watch' ? ['watch=true'] : []),
  ];
  return `${parts.join('/')}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

/** What the path leaves open is taken from the body of the request, then from that of the answer. @source kubernetes/apiserver pkg/audit/request.go (LogRequestObject) */
function referenceOf({ resource, namespace, name, group, version, subresource, body: sent, verb }: ApiCall, answered: unknown): object {
  interface Named { readonly metadata?: { readonly name?: string; readonly uid?: string; readonly resourceVersion?: string } }
  const { name: given = '', uid = '', resourceVersion = '' } = (verb === 'patch' ? undefined : (sent as Named | null | undefined)?.metadata) ?? {};
  const called = name || given || ((answered as Named | undefined)?.metadata?.name ?? '');
  return {
    resource, ...(namespace === '' ? {} : { namespace }), ...(called === '' ? {} : { name: called }), ...(uid === '' ? {} : { uid }), ...(group === '' ? {} : { apiGroup: group }), apiVersion: version,
    ...(resourceVersion === '' ? {} : { resourceVersion }), ...(subresource === '' ? {} : { subresource }),
  };
}

/** What the authorizer said is in the stages' words. */
function decisionOf({ stages, code, user }: AuditEntry): object {
  if (user.groups.length === 0 || code === 401) return {};
  const said = stages.split(' | ').find(stage => stage.startsWith('authorization: '))?.slice('authorization: '.length) ?? '';
  const forbidden = code === 403 && !stages.includes('admission: ') && !stages.includes('validation: ');
  return { 'authorization.k8s.io/decision': forbidden ? 'forbid' : 'allow', 'authorization.k8s.io/reason': said === 'no authorizer allows it' ? '' : said };
}
