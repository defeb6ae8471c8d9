/** Defaults of volume sources whose drivers are gone or outside, which pods and PersistentVolumes share.
 * @source kubernetes pkg/apis/core/v1/defaults.go (SetDefaults_ISCSIVolumeSource and below) */

type Fields = Readonly<Record<string, string | boolean>>;

/** What a source says when its author says nothing. */
const defaultsOf: readonly (readonly [kind: string, defaults: Fields])[] = [
  ['hostPath', { type: '' }],
  ['iscsi', { iscsiInterface: 'default' }],
  ['rbd', { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }],
  ['azureDisk', { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false }],
  ['scaleIO', { storageMode: 'ThinProvisioned', fsType: 'xfs' }],
];

/** The same value if nothing is missing. Fields that are no pointers count as missing when they are empty. */
export function defaultSource<T extends object>(volume: T): T {
  const parts = volume as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
  for (const [kind, defaults] of defaultsOf) {
    const source = parts[kind];
    if (source === undefined || source === null) continue;
    const missing = Object.entries(defaults).filter(([field]) => source[field] === undefined || (source[field] === '' && kind !== 'hostPath'));
    if (missing.length > 0) return { ...volume, [kind]: { ...source, ...Object.fromEntries(missing) } };
  }
  return volume;
}
