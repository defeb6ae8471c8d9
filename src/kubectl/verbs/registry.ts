import type { Command } from '../command.ts';
import { clusterInfo, version } from './about.ts';
import { apiResources, apiVersions } from './api-resources.ts';
import { apply } from './apply.ts';
import { setLastApplied, viewLastApplied } from './apply-last-applied.ts';
import { attach } from './attach.ts';
import { authReconcile } from './auth-reconcile.ts';
import { canI, whoAmI } from './auth.ts';
import { autoscale } from './autoscale.ts';
import { certificateApprove, certificateDeny } from './certificate.ts';
import { clusterDump } from './cluster-dump.ts';
import { configCommands } from './config/registry.ts';
import { cordon, uncordon } from './cordon.ts';
import { cp } from './cp.ts';
import { createCommands } from './create/registry.ts';
import { debug } from './debug.ts';
import { remover } from './delete.ts';
import { describe } from './describe.ts';
import { diff } from './diff.ts';
import { drain } from './drain.ts';
import { edit, editLastApplied } from './edit.ts';
import { eventsCommand } from './events.ts';
import { exec } from './exec.ts';
import { explain } from './explain.ts';
import { expose } from './expose.ts';
import { get } from './get.ts';
import { kustomize } from './kustomize.ts';
import { annotate, label } from './label.ts';
import { logs } from './logs.ts';
import { patch } from './patch.ts';
import { portForward } from './port-forward.ts';
import { completion, kubercSet, kubercView, options, pluginList, proxy } from './programs.ts';
import { replace } from './replace.ts';
import { rolloutCommands } from './rollout/registry.ts';
import { run } from './run.ts';
import { scale } from './scale.ts';
import { setCommands } from './set/registry.ts';
import { taint } from './taint.ts';
import { topNode, topPod } from './top.ts';
import { wait } from './wait.ts';

/** Every verb of kubectl, in the order of the help. */
export const kubectlCommands: readonly Command[] = [
  get, describe, ...createCommands, apply, viewLastApplied, setLastApplied, editLastApplied, diff, edit, remover, replace, patch, scale, autoscale, logs, exec, attach, portForward, cp, debug, run, expose,
  label, annotate, ...setCommands, ...rolloutCommands, wait, eventsCommand, topNode, topPod,
  cordon, uncordon, drain, taint, canI, whoAmI, authReconcile, certificateApprove, certificateDeny, explain, apiResources, apiVersions, clusterInfo, clusterDump, version,
  ...configCommands, kustomize, options, completion, pluginList, kubercView, kubercSet, proxy,
];
