/**
 * For whom a kubelet may get tokens: for those that the pod's volumes name, its own and those of their drivers, or that a role says.
 *
 * @source kubernetes plugin/pkg/admission/noderestriction/admission.go (validateNodeServiceAccountAudience)
 */
import type { CSIDriver, PersistentVolume, PersistentVolumeClaim, Pod } from '../../api/kinds/all.ts';
import type { Volume } from '../../api/kinds/all.ts';
import { quote } from '../../api/field-error.ts';
import type { KubeObject } from '../../api/meta.ts';
import { authorize } from '../authz/authorize.ts';
import type { Server } from '../state.ts';
import type { AdmissionAttributes } from './plugin.ts';

const VERB = 'request-serviceaccounts-token-audience';

/** Why a token for these audiences is refused; '' when it is not. */
export function audienceFault({ user, namespace, name }: AdmissionAttributes, server: Server, { pod, audiences }: { readonly pod: Pod; readonly audiences: readonly string[] }): string {
  if (audiences.length > 1) return 'node may only request 0 or 1 audiences';
  const audience = audiences[0] ?? '';
  const asked = lookedFor(audience, pod, server);
  if (asked === true) return '';
  if (asked !== '') return `error validating audience ${quote(audience)}: ${asked}`;
  const mayAnyway = authorize(server, { user, verb: VERB, group: '', resource: audience, subresource: '', namespace, name, path: '', fieldSelector: '' }).allowed;
  return mayAnyway ? '' : `audience ${quote(audience)} not found in pod spec volume, ${user.name} is not authorized to request tokens for this audience`;
}

/** Whether a volume of the pod asks for it; else what could not be looked up. */
function lookedFor(audience: string, pod: Pod, server: Server): true | string {
  const missing: string[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    if (volume.projected?.sources?.some(({ serviceAccountToken: token }) => token !== undefined && (token.audience ?? '') === audience) === true) return true;
    const found = driverAsks(audience, volume, { pod, server });
    if (found === true) return true;
    if (found !== '') missing.push(found);
  }
  const texts = [...new Set(missing)];
  return texts.length > 1 ? `[${texts.join(', ')}]` : texts[0] ?? '';
}

const lookup = ({ state }: Server, resource: string, key: string): KubeObject | undefined => state.caches.get(resource)?.items.get(key);

/** Whether the driver of a volume needs tokens for this audience; '' = it does not. */
function driverAsks(audience: string, volume: Volume, { pod, server }: { readonly pod: Pod; readonly server: Server }): true | string {
  const driver = driverOf(volume, pod, server);
  if ('missing' in driver) return driver.missing;
  if (driver.name === '') return '';
  const known = lookup(server, 'storage.k8s.io/csidrivers', `/registry/csidrivers/${driver.name}`) as CSIDriver | undefined;
  if (known === undefined) return `csidriver.storage.k8s.io ${quote(driver.name)} not found`;
  return known.spec.tokenRequests?.some((request) => request.audience === audience) === true ? true : '';
}

function driverOf(volume: Volume, pod: Pod, server: Server): { readonly name: string } | { readonly missing: string } {
  const { namespace = '', name } = pod.metadata;
  const claimName = volume.ephemeral?.volumeClaimTemplate !== undefined ? `${name}-${volume.name}` : volume.persistentVolumeClaim?.claimName;
  if (claimName === undefined) return { name: volume.csi?.driver ?? '' };
  const claim = lookup(server, '/persistentvolumeclaims', `/registry/persistentvolumeclaims/${namespace}/${claimName}`) as PersistentVolumeClaim | undefined;
  if (claim === undefined) return { missing: `persistentvolumeclaim ${quote(claimName)} not found` };
  const { volumeName = '' } = claim.spec;
  if (volumeName === '') return { name: '' };
  const bound = lookup(server, '/persistentvolumes', `/registry/persistentvolumes/${volumeName}`) as PersistentVolume | undefined;
  return bound === undefined ? { missing: `persistentvolume ${quote(volumeName)} not found` } : { name: bound.spec.csi?.driver ?? '' };
}
