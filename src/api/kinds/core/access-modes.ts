/** How volumes may be mounted, for volumes and claims alike. */
import { forbidden, notSupported } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';

/** How many nodes or pods may use a volume, and for what. */
export type AccessMode = 'ReadWriteOnce' | 'ReadOnlyMany' | 'ReadWriteMany' | 'ReadWriteOncePod';
/** Mounted as a file system or handed over as a raw device. */
export type VolumeMode = 'Block' | 'Filesystem';

/** The annotation that named the class before there was a field. */
export const betaStorageClassAnnotation = 'volume.beta.kubernetes.io/storage-class';
/** Said where somebody still uses it. */
export const oldClassWarning = `metadata.annotations[${betaStorageClassAnnotation}]: deprecated since v1.8; use "storageClassName" attribute instead`;

const supported = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'] as const;
const short: readonly (readonly [AccessMode, string])[] = [['ReadWriteOnce', 'RWO'], ['ReadOnlyMany', 'ROX'], ['ReadWriteMany', 'RWX'], ['ReadWriteOncePod', 'RWOP']];

/** Each mode must be known, and ReadWriteOncePod stands alone. @source kubernetes pkg/apis/core/validation/validation.go */
export function validateAccessModes(modes: readonly string[] | undefined, path: string, errors: FieldError[]): void {
  const list = modes ?? [];
  for (const mode of list) if (!(supported as readonly string[]).includes(mode)) errors.push(notSupported(path, mode, supported));
  const others = list.some((mode) => mode !== 'ReadWriteOncePod' && (supported as readonly string[]).includes(mode));
  if (list.includes('ReadWriteOncePod') && others) errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
}

/** A volume mode, when it is given. */
export function validateVolumeMode(mode: string | undefined, path: string, errors: FieldError[]): void {
  if (mode !== undefined && mode !== 'Block' && mode !== 'Filesystem') errors.push(notSupported(path, mode, ['Block', 'Filesystem']));
}

/** `RWO,RWX`: every mode once, in a fixed order. */
export function accessModesText(modes: readonly AccessMode[] | undefined): string {
  return short.filter(([mode]) => modes?.includes(mode) === true).map(([, text]) => text).join(',');
}
