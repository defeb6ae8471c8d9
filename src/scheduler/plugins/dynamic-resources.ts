import type { Pod } from '../../api/kinds/all.ts';
import { definePlugin, unresolvable } from '../framework/plugin.ts';

const NAME = 'DynamicResources';

/** What upstream's postFilter says first, whatever the pod: there was nothing of its own to give back. */
export const NO_CLAIMS = 'no new claims to deallocate';

const claimNames = (pod: Pod): readonly string[] => (pod.spec?.resourceClaims ?? []).map(claim => claim.resourceClaimName ?? claim.name);

/**
 * Pods with resource claims wait for their claims.
 *
 * @fidelity simplified: the kinds ResourceClaim and ResourceSlice are not served, so a pod that names a claim waits for ever
 */
export const dynamicResources = definePlugin({
  name: NAME,
  source: 'pkg/scheduler/framework/plugins/dynamicresources/dynamicresources.go',
  preEnqueue(pod) {
    const [first] = claimNames(pod);
    return first === undefined ? null : unresolvable(NAME, `waiting for resource claim "${first}" to be created`);
  },
});
