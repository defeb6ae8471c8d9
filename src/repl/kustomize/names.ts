/** References between objects that follow a renaming. @source kubernetes-sigs/kustomize api/internal/konfig/builtinpluginconsts/namereference.go */

type Node = unknown;
type Rename = (kind: string, name: string) => string;

const isMap = (value: Node): value is Readonly<Record<string, Node>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Field names whose text names an object of a kind, wherever they stand. */
const TEXTS: Readonly<Record<string, string>> = { secretName: 'Secret', claimName: 'PersistentVolumeClaim', serviceAccountName: 'ServiceAccount', serviceName: 'Service', ingressClassName: 'IngressClass', storageClassName: 'StorageClass', priorityClassName: 'PriorityClass' };
/** Fields that hold an object with a `name` of a kind. */
const HOLDERS: Readonly<Record<string, string>> = { configMapKeyRef: 'ConfigMap', configMapRef: 'ConfigMap', configMap: 'ConfigMap', secretKeyRef: 'Secret', secretRef: 'Secret', secret: 'Secret', service: 'Service' };
/** Fields that hold an object with `kind` and `name`. */
const TYPED: ReadonlySet<string> = new Set(['roleRef', 'scaleTargetRef']);

/** The object with every reference renamed; its own name stays. */
export function renameReferences<T>(object: T, rename: Rename): T {
  return walk(object, '', rename) as T;
}

function walk(value: Node, field: string, rename: Rename): Node {
  if (Array.isArray(value)) return value.map((item: Node) => (field === 'imagePullSecrets' ? withName(item, 'Secret', rename) : field === 'subjects' ? typed(item, rename) : walk(item, field, rename)));
  if (!isMap(value)) return value;
  if (field === 'metadata' || field === 'selector' || field === 'matchLabels') return value;
  const next: Record<string, Node> = {};
  for (const [key, inner] of Object.entries(value)) next[key] = fieldOf(key, inner, rename);
  return next;
}

function fieldOf(key: string, inner: Node, rename: Rename): Node {
  const textKind = TEXTS[key];
  if (textKind !== undefined && typeof inner === 'string') return rename(textKind, inner);
  const held = HOLDERS[key];
  if (held !== undefined && isMap(inner)) return withName(walk(inner, '', rename), held, rename);
  if (TYPED.has(key) && isMap(inner)) return typed(inner, rename);
  return walk(inner, key, rename);
}

function withName(value: Node, kind: string, rename: Rename): Node {
  return isMap(value) && typeof value['name'] === 'string' ? { ...value, name: rename(kind, value['name']) } : value;
}

function typed(value: Node, rename: Rename): Node {
  return isMap(value) && typeof value['kind'] === 'string' ? withName(value, value['kind'], rename) : value;
}
