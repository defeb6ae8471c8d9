/**
 * Validation of the volumes of a pod.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go (ValidateVolumes)
 */
import { duplicate, forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { compareQuantity } from '../../quantity.ts';
import { validateEphemeralClaim } from './claim-spec.ts';
import { validateFieldRef, validateResourceRef } from './validate-container.ts';
import { validateLocalPath } from './validate-path.ts';
import type { DownwardAPIVolumeFile, KeyToPath, ProjectedVolumeSource, Volume, VolumeProjection } from './volume.ts';

const fileModeText = 'must be a number between 0 and 0777 (octal), both inclusive';

function validateMode(mode: number | undefined, path: string, errors: FieldError[]): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.push(invalid(path, mode, fileModeText));
}

function validateKeys(items: readonly KeyToPath[] | undefined, path: string, errors: FieldError[]): void {
  (items ?? []).forEach((item, i) => {
    const at = `${path}[${i}]`;
    if (!item.key) errors.push(required(`${at}.key`));
    if (!item.path) errors.push(required(`${at}.path`));
    else validateLocalPath(item.path, `${at}.path`, errors);
    validateMode(item.mode, `${at}.mode`, errors);
  });
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

function validateProjection(source: VolumeProjection, path: string, errors: FieldError[]): void {
  let count = 0;
  for (const kind of ['secret', 'configMap'] as const) {
    const part = source[kind];
    if (part === undefined) continue;
    count++;
    if (!part.name) errors.push(required(`${path}.${kind}.name`));
    validateKeys(part.items, `${path}.${kind}.items`, errors);
  }
  if (source.downwardAPI !== undefined) { count++; validateDownward(source.downwardAPI.items, `${path}.downwardAPI`, errors); }
  if (source.serviceAccountToken !== undefined) {
    count++;
    const seconds = source.serviceAccountToken.expirationSeconds ?? 0;
    // Ten minutes at least, 2^32 seconds at most.
    if (seconds < 600) errors.push(invalid(`${path}.serviceAccountToken.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'));
    if (seconds > 4_294_967_296) errors.push(invalid(`${path}.serviceAccountToken.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds'));
    const volume = path.replace(/\.sources\[\d+\]$/, '');
    if (!source.serviceAccountToken.path) errors.push(required(`${volume}.path`));
    else validateLocalPath(source.serviceAccountToken.path, `${volume}.path`, errors);
  }
  if (count > 1) errors.push(forbidden(path, 'may not specify more than 1 volume type'));
}

/** Files that a source puts into the volume, each with what is named when two want the same place. */
function filesOf({ secret, configMap, downwardAPI }: VolumeProjection): readonly (readonly [file: string, told: string])[] {
  const keyed = [secret, configMap].flatMap((part) => (part?.items ?? []).map(({ path }) => [path, part?.name ?? ''] as const));
  return [...keyed, ...(downwardAPI?.items ?? []).map(({ path }) => [path, path] as const)].filter(([file]) => file !== undefined && file !== '');
}

function validateProjected(projected: ProjectedVolumeSource, path: string, errors: FieldError[]): void {
  validateMode(projected.defaultMode, `${path}.defaultMode`, errors);
  const paths = new Set<string>();
  (projected.sources ?? []).forEach((source, i) => {
    validateProjection(source, `${path}.sources[${i}]`, errors);
    for (const [file, told] of filesOf(source)) {
      if (paths.has(file)) errors.push(invalid(path, told, 'conflicting duplicate paths'));
      paths.add(file);
    }
  });
}

const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'] as const;

function validateHostPath(volume: Volume, path: string, errors: FieldError[]): void {
  const host = volume.hostPath;
  if (host === undefined) return;
  if (!host.path) errors.push(required(`${path}.hostPath.path`));
  else if (host.path.split('/').includes('..')) errors.push(invalid(`${path}.hostPath.path`, host.path, "must not contain '..'"));
  if (!(hostPathTypes as readonly string[]).includes(host.type ?? '')) errors.push(notSupported(`${path}.hostPath.type`, host.type, hostPathTypes));
}

function validateKeyedSources(volume: Volume, path: string, errors: FieldError[]): void {
  if (volume.secret !== undefined) {
    if (!volume.secret.secretName) errors.push(required(`${path}.secret.secretName`));
    validateMode(volume.secret.defaultMode, `${path}.secret.defaultMode`, errors);
    validateKeys(volume.secret.items, `${path}.secret.items`, errors);
  }
  if (volume.configMap !== undefined) {
    if (!volume.configMap.name) errors.push(required(`${path}.configMap.name`));
    validateMode(volume.configMap.defaultMode, `${path}.configMap.defaultMode`, errors);
    validateKeys(volume.configMap.items, `${path}.configMap.items`, errors);
  }
}

function validateSource(volume: Volume, path: string, errors: FieldError[]): void {
  validateHostPath(volume, path, errors);
  validateKeyedSources(volume, path, errors);
  const limit = volume.emptyDir?.sizeLimit;
  if (limit !== undefined && compareQuantity(limit, '0') < 0) errors.push(forbidden(`${path}.emptyDir.sizeLimit`, 'SizeLimit field must be a valid resource quantity'));
  if (volume.persistentVolumeClaim !== undefined && !volume.persistentVolumeClaim.claimName) errors.push(required(`${path}.persistentVolumeClaim.claimName`));
  if (volume.downwardAPI !== undefined) {
    validateMode(volume.downwardAPI.defaultMode, `${path}.downwardAPI.defaultMode`, errors);
    validateDownward(volume.downwardAPI.items, `${path}.downwardAPI`, errors);
  }
  if (volume.projected !== undefined) validateProjected(volume.projected, `${path}.projected`, errors);
  const template = volume.ephemeral?.volumeClaimTemplate;
  if (template !== undefined) validateEphemeralClaim(template, `${path}.ephemeral.volumeClaimTemplate`, errors);
  else if (volume.ephemeral !== undefined) errors.push(required(`${path}.ephemeral.volumeClaimTemplate`));
  validateDriverSources(volume, path, errors);
}

function validateDriverSources(volume: Volume, path: string, errors: FieldError[]): void {
  if (volume.nfs !== undefined) {
    if (!volume.nfs.server) errors.push(required(`${path}.nfs.server`));
    if (!volume.nfs.path) errors.push(required(`${path}.nfs.path`));
    else if (!volume.nfs.path.startsWith('/')) errors.push(invalid(`${path}.nfs.path`, volume.nfs.path, 'must be an absolute path'));
  }
  if (volume.csi !== undefined) {
    if (!volume.csi.driver) errors.push(required(`${path}.csi.driver`));
    else for (const message of dns1123Subdomain(volume.csi.driver.toLowerCase())) errors.push(invalid(`${path}.csi.driver`, volume.csi.driver, message));
  }
}

/** All volumes; gives the good ones by name, for the mounts. */
export function validateVolumes(volumes: readonly Volume[], path: string, errors: FieldError[]): ReadonlyMap<string, Volume> {
  const byName = new Map<string, Volume>();
  for (let i = 0; i < volumes.length; i++) {
    const volume = volumes[i] as Volume;
    const at = `${path}[${i}]`;
    const before = errors.length;
    const sources = Object.keys(volume).filter((key) => key !== 'name');
    for (const extra of sources.slice(1)) errors.push(forbidden(`${at}.${extra}`, 'may not specify more than 1 volume type'));
    if (sources.length === 0) errors.push(required(at, 'must specify a volume type'));
    validateSource(volume, at, errors);
    if (!volume.name) errors.push(required(`${at}.name`));
    else {
      for (const message of dns1123Label(volume.name)) errors.push(invalid(`${at}.name`, volume.name, message));
      if (byName.has(volume.name)) errors.push(duplicate(`${at}.name`, volume.name));
    }
    // A volume that is wrong is not offered to mounts, as upstream.
    if (errors.length === before) byName.set(volume.name, volume);
  }
  return byName;
}
