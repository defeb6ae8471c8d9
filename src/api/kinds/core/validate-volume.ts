/**
 * Validation of the volumes of a pod.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go (ValidateVolumes)
 */
import { duplicate, forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { compareQuantity } from '../../quantity.ts';
import { validateLabelSelector } from '../../selector.ts';
import { validateEphemeralClaim } from './claim-spec.ts';
import { validateFieldRef, validateResourceRef } from './validate-container.ts';
import type { Spot } from './validate-container.ts';
import { validateDriverName } from './validate-driver.ts';
import { validateLocalPath, validateNoBacksteps } from './validate-path.ts';
import { secondSource, validateTreeSource } from './validate-volume-sources.ts';
import type { ClusterTrustBundleProjection, DownwardAPIVolumeFile, KeyToPath, ProjectedVolumeSource, ServiceAccountTokenProjection, Volume, VolumeProjection } from './volume.ts';

const pullPolicies = ['Always', 'IfNotPresent', 'Never'] as const;

const fileModeText = 'must be a number between 0 and 0777 (octal), both inclusive';

function validateMode(mode: number | undefined, path: string, errors: FieldError[]): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.push(invalid(path, mode, fileModeText));
}

function validateKey(item: KeyToPath, at: string, errors: FieldError[]): void {
  if (!item.key) errors.push(required(`${at}.key`));
  if (!item.path) errors.push(required(`${at}.path`));
  else validateLocalPath(item.path, `${at}.path`, errors);
  validateMode(item.mode, `${at}.mode`, errors);
}

function validateKeys(items: readonly KeyToPath[] | undefined, path: string, errors: FieldError[]): void {
  (items ?? []).forEach((item, i) => validateKey(item, `${path}[${i}]`, errors));
}

const downwardFields = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'] as const;

/** Upstream reports files on the volume, without their index. */
function validateDownward(items: readonly DownwardAPIVolumeFile[] | undefined, path: string, errors: FieldError[]): void {
  for (const item of items ?? []) {
    if (!item.path) errors.push(required(`${path}.path`));
    else validateLocalPath(item.path, `${path}.path`, errors);
    if (item.fieldRef !== undefined) {
      validateFieldRef(item.fieldRef, downwardFields, { path: `${path}.fieldRef`, errors });
      if (item.resourceFieldRef !== undefined) errors.push(invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    } else if (item.resourceFieldRef !== undefined) {
      validateResourceRef(item.resourceFieldRef, true, { path: `${path}.resourceFieldRef`, errors });
    } else {
      errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
    }
    validateMode(item.mode, `${path}.mode`, errors);
  }
}

type Place = Pick<Spot, 'errors'> & { readonly path: string; readonly volume: string };

/** Ten minutes at least, 2^32 seconds at most. */
const tokenSeconds = { least: 600, most: 4_294_967_296 } as const;

function validateToken(token: ServiceAccountTokenProjection, { path, volume, errors }: Place): void {
  const seconds = token.expirationSeconds;
  const at = `${path}.serviceAccountToken.expirationSeconds`;
  if (seconds === undefined) errors.push(required(at));
  else {
    if (seconds < tokenSeconds.least) errors.push(invalid(at, seconds, 'may not specify a duration less than 10 minutes'));
    if (seconds > tokenSeconds.most) errors.push(invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds'));
  }
  if (!token.path) errors.push(required(`${volume}.path`));
  else validateLocalPath(token.path, `${volume}.path`, errors);
}

function validateTrustBundle(bundle: ClusterTrustBundleProjection, { path, errors }: Spot): void {
  const { name, signerName } = bundle;
  if (name !== undefined && signerName !== undefined) errors.push(invalid(path, bundle, 'only one of name and signerName may be used'));
  else if (name !== undefined) {
    if (name === '') errors.push(required(`${path}.name`, 'must be a valid object name'));
    if (bundle.labelSelector !== undefined) errors.push(invalid(`${path}.labelSelector`, bundle.labelSelector, 'labelSelector must be unset if name is specified'));
  } else if (signerName !== undefined) {
    if (signerName === '') errors.push(required(`${path}.signerName`, 'must be a valid signer name'));
    errors.push(...validateLabelSelector(bundle.labelSelector, `${path}.labelSelector`));
  } else errors.push(required(path, 'either name or signerName must be specified'));
  if (!bundle.path) errors.push(required(`${path}.path`));
  else validateLocalPath(bundle.path, `${path}.path`, errors);
}

function validateProjection(source: VolumeProjection, place: Place, paths: Set<string>): void {
  const { path, volume, errors } = place;
  const claim = (file: string, told: string): void => {
    if (file !== '' && paths.has(file)) errors.push(invalid(volume, told, 'conflicting duplicate paths'));
    paths.add(file);
  };
  for (const kind of ['secret', 'configMap'] as const) {
    const part = source[kind];
    if (part === undefined) continue;
    if (!part.name) errors.push(required(`${path}.${kind}.name`));
    (part.items ?? []).forEach((item, i) => {
      validateKey(item, `${path}.${kind}.items[${i}]`, errors);
      claim(item.path ?? '', part.name ?? '');
    });
  }
  for (const item of source.downwardAPI?.items ?? []) {
    validateDownward([item], `${path}.downwardAPI`, errors);
    claim(item.path ?? '', item.path ?? '');
  }
  if (source.serviceAccountToken !== undefined) validateToken(source.serviceAccountToken, place);
  if (source.clusterTrustBundle !== undefined) {
    validateTrustBundle(source.clusterTrustBundle, { path: `${path}.clusterTrustBundle`, errors });
    claim(source.clusterTrustBundle.path ?? '', source.clusterTrustBundle.path ?? '');
  }
  const count = (['secret', 'configMap', 'downwardAPI', 'serviceAccountToken', 'clusterTrustBundle'] as const).filter((kind) => source[kind] !== undefined).length;
  if (count > 1) errors.push(forbidden(path, 'may not specify more than 1 volume type per source'));
}

function validateProjected(projected: ProjectedVolumeSource, volume: string, errors: FieldError[]): void {
  validateMode(projected.defaultMode, `${volume}.defaultMode`, errors);
  const paths = new Set<string>();
  (projected.sources ?? []).forEach((source, i) => validateProjection(source, { path: `${volume}.sources[${i}]`, volume, errors }, paths));
}

const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'] as const;

/** A path of a node. */
export function validateHostPath(host: NonNullable<Volume['hostPath']>, path: string, errors: FieldError[]): void {
  if (!host.path) { errors.push(required(`${path}.path`)); return; }
  validateNoBacksteps(host.path, `${path}.path`, errors);
  if (!(hostPathTypes as readonly string[]).includes(host.type ?? '')) errors.push(notSupported(`${path}.type`, host.type, hostPathTypes));
}

/** A share of an NFS server. */
export function validateNfs(nfs: NonNullable<Volume['nfs']>, path: string, errors: FieldError[]): void {
  if (!nfs.server) errors.push(required(`${path}.server`));
  if (!nfs.path) errors.push(required(`${path}.path`));
  if (!(nfs.path ?? '').startsWith('/')) errors.push(invalid(`${path}.path`, nfs.path ?? '', 'must be an absolute path'));
}

function validateKeyed(source: { readonly items?: readonly KeyToPath[]; readonly defaultMode?: number }, path: string, errors: FieldError[]): void {
  validateMode(source.defaultMode, `${path}.defaultMode`, errors);
  validateKeys(source.items, `${path}.items`, errors);
}

function validateCsi(csi: NonNullable<Volume['csi']>, path: string, errors: FieldError[]): void {
  validateDriverName(csi.driver, `${path}.driver`, errors);
  const ref = csi.nodePublishSecretRef;
  if (ref === undefined) return;
  if (!ref.name) errors.push(required(`${path}.nodePublishSecretRef.name`));
  else for (const message of dns1123Subdomain(ref.name)) errors.push(invalid(`${path}.name`, ref.name, message));
}

type Check = (volume: Volume, path: string, errors: FieldError[]) => void;

/** Sources in the order in which upstream looks for them; the first one counts. */
const sourceChecks: readonly (readonly [kind: string, check: Check | undefined])[] = [
  ['emptyDir', ({ emptyDir }, path, errors) => {
    if (emptyDir?.sizeLimit !== undefined && compareQuantity(emptyDir.sizeLimit, '0') < 0) errors.push(forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'));
  }],
  ['hostPath', ({ hostPath }, path, errors) => { if (hostPath !== undefined) validateHostPath(hostPath, path, errors); }],
  ['gitRepo', undefined], ['gcePersistentDisk', undefined], ['awsElasticBlockStore', undefined],
  ['secret', ({ secret }, path, errors) => {
    if (!secret?.secretName) errors.push(required(`${path}.secretName`));
    validateKeyed(secret ?? {}, path, errors);
  }],
  ['nfs', ({ nfs }, path, errors) => { if (nfs !== undefined) validateNfs(nfs, path, errors); }],
  ['iscsi', undefined], ['glusterfs', undefined], ['flocker', undefined],
  ['persistentVolumeClaim', ({ persistentVolumeClaim }, path, errors) => { if (!persistentVolumeClaim?.claimName) errors.push(required(`${path}.claimName`)); }],
  ['rbd', undefined], ['cinder', undefined], ['cephfs', undefined], ['quobyte', undefined],
  ['downwardAPI', ({ downwardAPI }, path, errors) => {
    validateMode(downwardAPI?.defaultMode, `${path}.defaultMode`, errors);
    validateDownward(downwardAPI?.items, path, errors);
  }],
  ['fc', undefined], ['flexVolume', undefined],
  ['configMap', ({ configMap }, path, errors) => {
    if (!configMap?.name) errors.push(required(`${path}.name`));
    validateKeyed(configMap ?? {}, path, errors);
  }],
  ['azureFile', undefined], ['vsphereVolume', undefined], ['photonPersistentDisk', undefined], ['portworxVolume', undefined], ['azureDisk', undefined], ['storageos', undefined],
  ['projected', ({ projected }, path, errors) => { if (projected !== undefined) validateProjected(projected, path, errors); }],
  ['scaleIO', undefined],
  ['csi', ({ csi }, path, errors) => { if (csi !== undefined) validateCsi(csi, path, errors); }],
  ['ephemeral', ({ ephemeral }, path, errors) => {
    if (ephemeral?.volumeClaimTemplate === undefined) errors.push(required(`${path}.volumeClaimTemplate`));
    else validateEphemeralClaim(ephemeral.volumeClaimTemplate, `${path}.volumeClaimTemplate`, errors);
  }],
  ['image', ({ image }, path, errors) => {
    if (!image?.reference) errors.push(required(`${path}.reference`));
    const policy = image?.pullPolicy;
    if (!policy) errors.push(required(`${path}.pullPolicy`));
    else if (!pullPolicies.includes(policy)) errors.push(notSupported(`${path}.pullPolicy`, policy, pullPolicies));
  }],
];

function validateSource(volume: Volume, path: string, errors: FieldError[]): void {
  let count = 0;
  for (const [kind, check] of sourceChecks) {
    const source = (volume as unknown as Readonly<Record<string, unknown>>)[kind];
    if (source === undefined) continue;
    count++;
    const at = `${path}.${kind}`;
    if (count > 1) errors.push(secondSource(kind, path));
    else if (check !== undefined) check(volume, at, errors);
    else validateTreeSource(kind, { source: source as Readonly<Record<string, unknown>>, path: at, errors, inVolume: false, name: volume.name ?? '' });
  }
  if (count === 0) errors.push(required(path, 'must specify a volume type'));
}

/** All volumes; gives the good ones by name, for the mounts. */
export function validateVolumes(volumes: readonly Volume[], path: string, errors: FieldError[]): ReadonlyMap<string, Volume> {
  const byName = new Map<string, Volume>();
  for (let i = 0; i < volumes.length; i++) {
    const volume = volumes[i] as Volume;
    const at = `${path}[${i}]`;
    const before = errors.length;
    validateSource(volume, at, errors);
    if (!volume.name) errors.push(required(`${at}.name`));
    else for (const message of dns1123Label(volume.name)) errors.push(invalid(`${at}.name`, volume.name, message));
    if (byName.has(volume.name)) errors.push(duplicate(`${at}.name`, volume.name));
    // A volume that is wrong is not offered to mounts, as upstream.
    if (errors.length === before) byName.set(volume.name, volume);
  }
  return byName;
}

/** Claims that are made for the pod have names that follow from its own. @source kubernetes pkg/apis/core/validation/validation.go (ValidateVolumes) */
export function validateMadeClaims(volumes: readonly Volume[], pod: string, errors: FieldError[]): void {
  const made = new Set(volumes.filter(({ ephemeral }) => ephemeral !== undefined).map(({ name }) => `${pod}-${name}`));
  if (made.size === 0) return;
  volumes.forEach(({ name, ephemeral, persistentVolumeClaim: claim }, i) => {
    if (ephemeral !== undefined && name) {
      for (const message of dns1123Subdomain(`${pod}-${name}`)) errors.push(invalid(`spec.volumes[${i}].name`, name, `PVC name "${pod}-${name}": ${message}`));
    }
    if (claim !== undefined && made.has(claim.claimName)) {
      errors.push(invalid(`spec.volumes[${i}].persistentVolumeClaim.claimName`, claim.claimName, 'must not reference a PVC that gets created for an ephemeral volume'));
    }
  });
}
