/** The way of a request: every gate in running order. */
import type { CrashPoint } from '../sim/fault.ts';
import type { Stage } from './stage.ts';
import { auditInit } from './stages/audit-init.ts';
import { panicRecovery } from './stages/panic-recovery.ts';
import { requestReceived } from './stages/request-received.ts';
import { requestInfo } from './stages/request-info.ts';
import { deadline } from './stages/deadline.ts';
import { authentication } from './stages/authentication.ts';
import { audit } from './stages/audit.ts';
import { impersonation } from './stages/impersonation.ts';
import { priorityAndFairness } from './stages/priority-and-fairness.ts';
import { authorization } from './stages/authorization.ts';
import { decode } from './stages/decode.ts';
import { mutatingAdmission } from './stages/mutating-admission.ts';
import { validation } from './stages/validation.ts';
import { validatingAdmission } from './stages/validating-admission.ts';
import { storage } from './stages/storage.ts';

/**
 * Stages in running order.
 *
 * A create passes the gates one after the other. What an update, patch or delete makes of an object depends on the stored
 * one, so for these the three gates between `decode` and `storage` run inside storage's read-change-write loop, once per attempt.
 *
 * @source kubernetes/apiserver pkg/server/config.go (DefaultBuildHandlerChain), pkg/endpoints/handlers
 */
export const pipeline = [
  auditInit, panicRecovery, requestReceived, requestInfo, deadline, authentication, audit, impersonation, priorityAndFairness, authorization,
  decode, mutatingAdmission, validation, validatingAdmission, storage,
] as const satisfies readonly Stage[];

/** The doors of the stages, where faults can keep a request, or stop the server. */
export const stageDoors: readonly CrashPoint[] = pipeline.map(({ name, summary }) => ({ name, summary, keeps: true }));
