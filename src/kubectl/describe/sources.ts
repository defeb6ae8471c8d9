/** Where volumes of pods and PersistentVolumes come from. @source kubernetes/kubectl pkg/describe/describe.go describeVolumes, describePersistentVolume */
import { compareText } from '../../base/compare.ts';
import { milliValue } from '../../api/quantity.ts';
import { goText } from '../../base/go-text.ts';
import type { Lines } from './sections.ts';

type Source = Readonly<Record<string, unknown>>;
/** A line: its title, the field that it shows, and what stands there when the field is missing. */
type Field = readonly [title: string, field: string, otherwise?: string | number | boolean] | readonly [title: string, show: (source: Source) => string];
interface Form { readonly type: string; readonly fields: readonly Field[] }

const ANNOTATION_MAX = 140;

const fsType: Field = ['FSType:', 'fsType'];
const readOnly: Field = ['ReadOnly:', 'readOnly', false];
const secretRef: Field = ['SecretRef:', ({ secretRef: ref }) => referenceText(ref)];
const optional: Field = ['Optional:', 'optional', false];

/** Go's notation of a reference: its type, its fields. */
function referenceText(ref: unknown): string {
  if (ref === undefined || ref === null) return 'nil';
  const { name = '', namespace } = ref as { readonly name?: string; readonly namespace?: string };
  return namespace === undefined ? `&LocalObjectReference{Name:${name},}` : `&SecretReference{Name:${name},Namespace:${namespace},}`;
}

const refField = (source: Source, field: 'name' | 'namespace'): string => (source['secretRef'] as { readonly name?: string; readonly namespace?: string } | undefined)?.[field] ?? '';
const sizeLimit = (source: Source): string => {
  const limit = source['sizeLimit'] as string | undefined;
  return limit === undefined || milliValue(limit) <= 0 ? '<unset>' : limit;
};

const GLUSTER = "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)";
const SCALE_IO = 'ScaleIO (a persistent volume backed by a block device in ScaleIO)';
const AZURE_FILE = 'AzureFile (an Azure File Service mount on the host and bind mount to the pod)';
const CSI = 'CSI (a Container Storage Interface (CSI) volume source)';

/** Sources by their field, in the order in which kubectl looks for them. Those that both pods and PersistentVolumes have stand here once. */
const shared = (): Readonly<Record<string, Form>> => ({
  hostPath: { type: 'HostPath (bare host directory volume)', fields: [['Path:', 'path'], ['HostPathType:', 'type', '<none>']] },
  emptyDir: { type: "EmptyDir (a temporary directory that shares a pod's lifetime)", fields: [['Medium:', 'medium'], ['SizeLimit:', sizeLimit]] },
  gcePersistentDisk: { type: 'GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)', fields: [['PDName:', 'pdName'], fsType, ['Partition:', 'partition', 0], readOnly] },
  awsElasticBlockStore: { type: 'AWSElasticBlockStore (a Persistent Disk resource in AWS)', fields: [['VolumeID:', 'volumeID'], fsType, ['Partition:', 'partition', 0], readOnly] },
  gitRepo: { type: 'GitRepo (a volume that is pulled from git when the pod is created)', fields: [['Repository:', 'repository'], ['Revision:', 'revision']] },
  secret: { type: 'Secret (a volume populated by a Secret)', fields: [['SecretName:', 'secretName'], optional] },
  configMap: { type: 'ConfigMap (a volume populated by a ConfigMap)', fields: [['Name:', 'name'], optional] },
  nfs: { type: 'NFS (an NFS mount that lasts the lifetime of a pod)', fields: [['Server:', 'server'], ['Path:', 'path'], readOnly] },
  iscsi: {
    type: "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
    fields: [
      ['TargetPortal:', 'targetPortal'], ['IQN:', 'iqn'], ['Lun:', 'lun', 0], ['ISCSIInterface', 'iscsiInterface'], fsType, readOnly, ['Portals:', 'portals', '[]'], ['DiscoveryCHAPAuth:', 'chapAuthDiscovery', false],
      ['SessionCHAPAuth:', 'chapAuthSession', false], secretRef, ['InitiatorName:', 'initiatorName', '<none>'],
    ],
  },
  glusterfs: { type: GLUSTER, fields: [['EndpointsName:', 'endpoints'], ['Path:', 'path'], readOnly] },
  persistentVolumeClaim: { type: 'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)', fields: [['ClaimName:', 'claimName'], readOnly] },
  rbd: {
    type: "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
    fields: [['CephMonitors:', 'monitors', '[]'], ['RBDImage:', 'image'], fsType, ['RBDPool:', 'pool'], ['RadosUser:', 'user'], ['Keyring:', 'keyring'], secretRef, readOnly],
  },
  quobyte: { type: "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)", fields: [['Registry:', 'registry'], ['Volume:', 'volume'], readOnly] },
  azureDisk: {
    type: 'AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)',
    fields: [['DiskName:', 'diskName'], ['DiskURI:', 'diskURI'], ['Kind: ', 'kind'], fsType, ['CachingMode:', 'cachingMode'], readOnly],
  },
  vsphereVolume: { type: 'vSphereVolume (a Persistent Disk resource in vSphere)', fields: [['VolumePath:', 'volumePath'], fsType, ['StoragePolicyName:', 'storagePolicyName']] },
  cinder: { type: 'Cinder (a Persistent Disk resource in OpenStack)', fields: [['VolumeID:', 'volumeID'], fsType, readOnly, secretRef] },
  photonPersistentDisk: { type: 'PhotonPersistentDisk (a Persistent Disk resource in photon platform)', fields: [['PdID:', 'pdID'], fsType] },
  portworxVolume: { type: 'PortworxVolume (a Portworx Volume resource)', fields: [['VolumeID:', 'volumeID']] },
  scaleIO: {
    type: SCALE_IO,
    fields: [
      ['Gateway:', 'gateway'], ['System:', 'system'], ['Protection Domain:', 'protectionDomain'], ['Storage Pool:', 'storagePool'], ['Storage Mode:', 'storageMode'], ['VolumeName:', 'volumeName'], fsType, readOnly,
    ],
  },
  cephfs: { type: "CephFS (a CephFS mount on the host that shares a pod's lifetime)", fields: [['Monitors:', 'monitors', '[]'], ['Path:', 'path'], ['User:', 'user'], ['SecretFile:', 'secretFile'], secretRef, readOnly] },
  storageos: { type: 'StorageOS (a StorageOS Persistent Disk resource)', fields: [['VolumeName:', 'volumeName'], ['VolumeNamespace:', 'volumeNamespace'], fsType, readOnly] },
  fc: { type: 'FC (a Fibre Channel disk)', fields: [['TargetWWNs:', (source) => ((source['targetWWNs'] ?? []) as readonly string[]).join(', ')], ['LUN:', 'lun', '<none>'], fsType, readOnly] },
  azureFile: { type: AZURE_FILE, fields: [['SecretName:', 'secretName'], ['ShareName:', 'shareName'], readOnly] },
  flexVolume: {
    type: 'FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)',
    fields: [['Driver:', 'driver'], fsType, secretRef, readOnly, ['Options:', 'options', 'map[]']],
  },
  flocker: { type: 'Flocker (a Flocker volume mounted by the Flocker agent)', fields: [['DatasetName:', 'datasetName'], ['DatasetUUID:', 'datasetUUID']] },
  csi: { type: CSI, fields: [['Driver:', 'driver'], fsType, readOnly] },
  image: { type: 'Image (a container image or OCI artifact)', fields: [['Reference:', 'reference'], ['PullPolicy:', 'pullPolicy']] },
});

/** What only a PersistentVolume has, or tells otherwise. */
const persistent = (): Readonly<Record<string, Form>> => ({
  ...shared(),
  glusterfs: { type: GLUSTER, fields: [['EndpointsName:', 'endpoints'], ['EndpointsNamespace:', 'endpointsNamespace', '<unset>'], ['Path:', 'path'], readOnly] },
  scaleIO: {
    type: SCALE_IO,
    fields: [
      ['Gateway:', 'gateway'], ['System:', 'system'], ['Protection Domain:', 'protectionDomain'], ['Storage Pool:', 'storagePool'], ['Storage Mode:', 'storageMode'], ['VolumeName:', 'volumeName'],
      ['SecretName:', (source) => refField(source, 'name')], ['SecretNamespace:', (source) => refField(source, 'namespace')], fsType, readOnly,
    ],
  },
  local: { type: 'LocalVolume (a persistent volume backed by local storage on a node)', fields: [['Path:', 'path']] },
  azureFile: { type: AZURE_FILE, fields: [['SecretName:', 'secretName'], ['SecretNamespace:', 'secretNamespace'], ['ShareName:', 'shareName'], readOnly] },
  csi: { type: CSI, fields: [['Driver:', 'driver'], fsType, ['VolumeHandle:', 'volumeHandle'], readOnly] },
});

function fieldText(source: Source, [, from, otherwise = '']: Field): string {
  if (typeof from === 'function') return from(source);
  const value = source[from];
  return value === undefined || value === null ? String(otherwise) : goText(value);
}

/** The lines of a form, four blanks deep. */
function formLines(kind: string, form: Form, source: Source): Lines {
  return [
    `    Type:\t${form.type}`, ...form.fields.map((field) => `    ${field[0]}\t${fieldText(source, field)}`),
    ...(kind === 'csi' ? attributeLines((source['volumeAttributes'] ?? {}) as Readonly<Record<string, string>>) : []),
  ];
}

/** Each attribute is written with the indentation of the source once more. */
function attributeLines(attributes: Readonly<Record<string, string>>): Lines {
  const texts = Object.keys(attributes).sort(compareText).map((key) => `${key}=${attributes[key] ?? ''}`).map((text) => (text.length > ANNOTATION_MAX ? `${text.slice(0, ANNOTATION_MAX)}...` : text));
  if (texts.length === 0) return ['    VolumeAttributes:\t<none>'];
  return texts.map((text, i) => `    ${i === 0 ? 'VolumeAttributes:' : '    '}\t    ${text}`);
}

function sourceOf(forms: Readonly<Record<string, Form>>, volume: object): Lines | undefined {
  const parts = volume as Readonly<Record<string, Source | undefined>>;
  for (const [kind, form] of Object.entries(forms)) {
    const source = parts[kind];
    if (source !== undefined && source !== null) return formLines(kind, form, source);
  }
  return undefined;
}

/** The source of a PersistentVolume. */
export const persistentSourceLines = (spec: object): Lines => sourceOf(persistent(), spec) ?? ['  <unknown>'];

/** The source of a volume of a pod, but for those with a form of their own. */
export const plainSourceLines = (volume: object): Lines | undefined => sourceOf(shared(), volume);
