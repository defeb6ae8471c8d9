/**
 * The file system that programs in a container see: what its image brings, what the kubelet mounted, and what programs have written.
 *
 * @fidelity simplified: an image brings a handful of files; there are no links, no owners and no permissions beyond read-only mounts
 */
import { bytesOf } from '../../base/bytes.ts';
import type { MountedVolume, StreamScene } from '../../api/cri.ts';
import { fileAt } from '../behaviour.ts';
import { canonicalImage, traitsOf } from '../images.ts';
import type { ContainerRecord, FileRecord, Runtime } from '../runtime-state.ts';
import type { FileStat } from './program.ts';

interface Place { readonly record: ContainerRecord; readonly scene: StreamScene }

/** A file of a container or volume may hold this many bytes. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;
/** Files that one container or volume may have. */
const FILES_MAX = 10_000;

const DIRECTORIES: readonly string[] = ['/', '/bin', '/dev', '/etc', '/home', '/lib', '/mnt', '/opt', '/proc', '/root', '/run', '/sbin', '/srv', '/sys', '/tmp', '/usr', '/usr/bin', '/usr/local', '/usr/local/bin', '/usr/sbin', '/usr/share', '/var', '/var/cache', '/var/lib', '/var/log', '/var/run'];

const NGINX_PAGE = '<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>This is a page of a simulated container.</p>\n</body>\n</html>\n';

/** Files that images bring beside those that every container has. */
const ofImage: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  nginx: { '/usr/share/nginx/html/index.html': NGINX_PAGE, '/usr/share/nginx/html/50x.html': '<h1>An error occurred.</h1>\n', '/etc/nginx/nginx.conf': 'user  nginx;\nworker_processes  auto;\ninclude /etc/nginx/conf.d/*.conf;\n', '/etc/nginx/conf.d/default.conf': 'server {\n    listen       80;\n    root   /usr/share/nginx/html;\n}\n' },
  httpd: { '/usr/local/apache2/htdocs/index.html': '<html><body><h1>It works!</h1></body></html>\n' },
};

function imageFiles({ record, scene }: Place, ip: string): Readonly<Record<string, string>> {
  const image = canonicalImage(record.info.image);
  const name = /([^/:@]+)(?:[:@][^/]*)?$/.exec(image)?.[1] ?? '';
  const id = name === 'alpine' || name === 'busybox' ? name : 'debian';
  return {
    '/etc/hostname': `${scene.hostname}\n`, '/etc/hosts': `# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n${ip}\t${scene.hostname}\n`,
    '/etc/resolv.conf': `search ${record.info.podNamespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n`,
    '/etc/passwd': `root:x:0:0:root:/root:/bin/${id === 'debian' ? 'bash' : 'sh'}\nnobody:x:65534:65534:nobody:/:/bin/false\n`, '/etc/os-release': `ID=${id}\nPRETTY_NAME="${id}"\n`,
    '/etc/group': 'root:x:0:\n', ...ofImage[name],
  };
}

interface Volume { readonly owner: string; readonly path: string; readonly mount: MountedVolume | undefined }

/** Whose file a path is, and its path there. */
function volumeOf({ record, scene }: Place, path: string): Volume {
  let best: MountedVolume | undefined;
  for (const mount of scene.mounts) if ((path === mount.path || path.startsWith(`${mount.path}/`)) && (best === undefined || mount.path.length > best.path.length)) best = mount;
  if (best === undefined) return { owner: record.info.id, path, mount: undefined };
  return { owner: best.volume, path: path.slice(best.path.length) || '/', mount: best };
}

const keyOf = (owner: string, path: string): string => `${owner} ${path}`;

function written({ state }: Runtime, volume: Volume): FileRecord | undefined {
  return state.files.get(keyOf(volume.owner, volume.path));
}

function contentOf(runtime: Runtime, place: Place, path: string): FileRecord | undefined {
  const volume = volumeOf(place, path);
  if (volume.mount?.files !== undefined) {
    const data = volume.mount.files[volume.path.slice(1)];
    if (data !== undefined) return { kind: 'file', data, mode: 0o644, mtime: place.record.info.startedAt };
    const below = volume.path === '/' || Object.keys(volume.mount.files).some(name => name.startsWith(`${volume.path.slice(1)}/`));
    return below ? { kind: 'dir', data: '', mode: 0o755, mtime: place.record.info.startedAt } : undefined;
  }
  const record = written(runtime, volume);
  if (record !== undefined) return record.kind === 'gone' ? undefined : record;
  if (volume.mount !== undefined) return volume.path === '/' ? { kind: 'dir', data: '', mode: 0o777, mtime: place.record.info.startedAt } : undefined;
  return brought(runtime, place, path);
}

/** What the image brings, and what the container's own program has made. */
function brought(runtime: Runtime, place: Place, path: string): FileRecord | undefined {
  const { info, plan } = place.record;
  const of = { mode: 0o644, mtime: info.startedAt };
  const files = imageFiles(place, runtime.state.sandboxes.get(info.sandboxId)?.ip ?? '');
  const text = files[path];
  if (text !== undefined) return { kind: 'file', data: bytesOf(text), ...of };
  if (fileAt(plan, path, runtime.out.now - info.startedAt).exists) return { kind: 'file', data: '', ...of };
  const isDirectory = DIRECTORIES.includes(path) || Object.keys(files).some(name => name.startsWith(`${path}/`)) || place.scene.mounts.some(mount => mount.path.startsWith(`${path}/`));
  return isDirectory ? { kind: 'dir', data: '', mode: 0o755, mtime: info.startedAt } : undefined;
}

/** Whether an image has a shell and small tools at all. */
export const hasTools = (image: string): boolean => !/\/(pause|coredns\/coredns|etcd|kube-[a-z-]+)(:|@|$)/.test(canonicalImage(image)) && traitsOf(canonicalImage(image)).entrypoint[0] !== '/pause';

/** Answers a question about files. */
export function answerFileQuestion(runtime: Runtime, place: Place, { ask, args }: { readonly ask: string; readonly args: unknown }): unknown {
  switch (ask) {
    case 'stat': return statOf(runtime, place, args as string);
    case 'readFile': { const found = contentOf(runtime, place, args as string); return found?.kind === 'file' ? found.data : null; }
    case 'writeFile': return writeFile(runtime, place, args as { readonly path: string; readonly data: string; readonly append?: boolean; readonly mode?: number; readonly mtime?: number });
    case 'makeDir': return put(runtime, place, args as string, { kind: 'dir', data: '', mode: 0o755, mtime: runtime.out.now });
    case 'remove': return remove(runtime, place, args as string);
    case 'list': return list(runtime, place, args as string);
    default: return null;
  }
}

function statOf(runtime: Runtime, place: Place, path: string): FileStat | null {
  const found = contentOf(runtime, place, path);
  if (found === undefined || found.kind === 'gone') return null;
  const { mount } = volumeOf(place, path);
  return { kind: found.kind, size: found.data.length, mode: found.mode, mtime: found.mtime, readOnly: mount?.readOnly === true };
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

function put(runtime: Runtime, place: Place, path: string, record: FileRecord): string | null {
  const volume = volumeOf(place, path);
  if (volume.mount?.readOnly === true) return 'Read-only file system';
  if (path === '/dev/null') return null;
  const parent = contentOf(runtime, place, parentOf(path));
  if (parent === undefined) return 'No such file or directory';
  if (parent.kind !== 'dir') return 'Not a directory';
  const there = contentOf(runtime, place, path);
  if (record.kind === 'file' && there?.kind === 'dir') return 'Is a directory';
  if (record.kind === 'dir' && there !== undefined) return 'File exists';
  if (record.data.length > FILE_BYTES_MAX || (there === undefined && runtime.state.files.size >= FILES_MAX)) return 'No space left on device';
  runtime.state.files.set(keyOf(volume.owner, volume.path), Object.freeze(record));
  return null;
}

function writeFile(runtime: Runtime, place: Place, { path, data, append, mode, mtime }: { readonly path: string; readonly data: string; readonly append?: boolean; readonly mode?: number; readonly mtime?: number }): string | null {
  const before = contentOf(runtime, place, path);
  return put(runtime, place, path, { kind: 'file', data: append === true && before?.kind === 'file' ? before.data + data : data, mode: mode ?? before?.mode ?? 0o644, mtime: mtime ?? runtime.out.now });
}

function remove(runtime: Runtime, place: Place, path: string): string | null {
  const volume = volumeOf(place, path);
  if (volume.mount?.readOnly === true) return 'Read-only file system';
  if (contentOf(runtime, place, path) === undefined) return 'No such file or directory';
  if (volume.path === '/') return 'Device or resource busy';
  for (const name of list(runtime, place, path) ?? []) remove(runtime, place, `${path}/${name}`);
  if (volume.mount === undefined && brought(runtime, place, path) !== undefined) runtime.state.files.set(keyOf(volume.owner, volume.path), Object.freeze({ kind: 'gone', data: '', mode: 0, mtime: runtime.out.now }));
  else runtime.state.files.delete(keyOf(volume.owner, volume.path));
  return null;
}

function list(runtime: Runtime, place: Place, path: string): readonly string[] | null {
  if (contentOf(runtime, place, path)?.kind !== 'dir') return null;
  const below = path === '/' ? '/' : `${path}/`;
  const names = new Set<string>();
  const add = (full: string): void => { if (full.startsWith(below) && full.length > below.length) names.add(full.slice(below.length).split('/')[0] ?? ''); };
  const volume = volumeOf(place, path);
  if (volume.mount?.files !== undefined) for (const name of Object.keys(volume.mount.files)) add(`${volume.mount.path}/${name}`);
  if (volume.mount === undefined) {
    for (const directory of DIRECTORIES) add(directory);
    for (const name of Object.keys(imageFiles(place, ''))) add(name);
    for (const { does, what } of place.record.plan.steps) if (does === 'touch') add(what);
  }
  for (const mount of place.scene.mounts) add(mount.path);
  const prefix = keyOf(volume.owner, volume.path === '/' ? '/' : `${volume.path}/`);
  runtime.state.files.range(prefix, `${prefix}\uffff`, (key) => { add(`${volume.mount?.path ?? ''}${key.slice(volume.owner.length + 1)}`); });
  return [...names].filter(name => contentOf(runtime, place, `${below}${name}`) !== undefined).sort((a, b) => (a < b ? -1 : 1));
}

/** Forgets the files of a container that is gone. */
export function forgetFiles({ state }: Runtime, owner: string): void {
  if (state.files.size === 0) return;
  const gone: string[] = [];
  state.files.range(`${owner} `, `${owner} \uffff`, (key) => { gone.push(key); });
  for (const key of gone) state.files.delete(key);
}
