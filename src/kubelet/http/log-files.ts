/**
 * `/logs/`: the folder /var/log of the machine, and `/containerLogs/`.
 *
 * @source kubernetes/kubernetes pkg/kubelet/kubelet.go (ServeLogs), pkg/kubelet/server/server.go (getContainerLogs); golang/go src/net/http/fs.go (dirList)
 * @fidelity simplified: the machine's folder holds the logs of containers only
 */
import { bytesOf } from '../../base/bytes.ts';
import { micros } from '../../base/data.ts';
import { type HttpResponse, page, pageNotFound, PLAIN } from '../../api/http.ts';
import { optionsOf } from '../../api/request-path.ts';
import { formatMicroTime } from '../../api/time.ts';
import type { RequestOptions } from '../../api/wire.ts';
import { ask } from '../cri-client.ts';
import { containerForLogs } from '../logs.ts';
import { type ContainerWork, type Kubelet, type PodWorker, workOf } from '../state.ts';
import type { KubeletCall } from './server.ts';

const plain = (code: number, text: string): HttpResponse => page(code, PLAIN, bytesOf(text));

/** `/containerLogs/NAMESPACE/POD/CONTAINER`. */
export function containerLogAsked(kubelet: Kubelet, { path, query, to }: KubeletCall): HttpResponse | undefined {
  const { state } = kubelet;
  const [namespace = '', pod = '', container = '', ...more] = path.split('/').slice(2).map(decodeURIComponent);
  if (container === '' || more.length > 0) return pageNotFound();
  const options = optionsOf(query);
  if (!options.ok) return plain(400, '{"message": "Unable to decode query."}');
  const worker = state.workers.get(state.names.get(`${namespace}/${pod}`) ?? '');
  if (worker === undefined) return plain(404, `pod ${JSON.stringify(pod)} does not exist`);
  const work = workOf(worker, container);
  if (work === undefined) return plain(404, `container ${JSON.stringify(container)} not found in pod ${JSON.stringify(pod)}`);
  const found = containerForLogs(work, pod, options.value.previous === true);
  if (!found.ok) return plain(400, found.error);
  return read(kubelet, worker, { work, id: found.id, options: options.value, to, isFile: false });
}

interface Reading { readonly work: ContainerWork; readonly id: string; readonly options: RequestOptions; readonly to: KubeletCall['to']; readonly isFile: boolean }

function read(kubelet: Kubelet, worker: PodWorker, { work, id, options, to, isFile }: Reading): undefined {
  const tail = options.tailLines === undefined ? {} : { tailLines: options.tailLines };
  ask(kubelet, { op: 'containerLogs', id, ...tail }, { op: 'containerLogs', uid: worker.uid, container: work.name, at: kubelet.out.now, extra: { asker: to, options, isFile } });
  return undefined;
}

/** A log as the page of it: as the runtime writes the file, or its lines. */
export function logPage(now: number, { options, isFile }: Pick<Reading, 'options' | 'isFile'>, { lines, times }: { readonly lines: readonly string[]; readonly times: readonly number[] }): HttpResponse {
  const since = options.sinceSeconds === undefined ? -Infinity : now - options.sinceSeconds * 1_000_000;
  const stamp = (at: number): string => `${formatMicroTime(micros(times[at] ?? 0)).slice(0, -1)}000Z`;
  const shown = lines.map((line, at) => (isFile ? `${stamp(at)} stdout F ${line}\n` : options.timestamps === true ? `${stamp(at)} ${line}\n` : `${line}\n`));
  return plain(200, shown.filter((_line, at) => (times[at] ?? 0) >= since).join(''));
}

// ---- /var/log ----------------------------------------------------------------------------------------------------------

/** A log that lies under /var/log/pods. */
interface LogFile { readonly worker: PodWorker; readonly work: ContainerWork; readonly id: string; readonly folder: string; readonly name: string; readonly link: string }

function* logFiles({ state }: Kubelet): Iterable<LogFile> {
  for (const worker of state.workers.values()) {
    const { name, namespace = '' } = worker.pod.metadata;
    for (const work of worker.containers) {
      const before = (work.last?.containerID ?? '').replace('containerd://', '');
      for (const [id, attempt] of [[before, work.attempt - 1], [work.id, work.attempt]] as const) {
        if (id === '' || attempt < 0) continue;
        yield { worker, work, id, folder: `${namespace}_${name}_${worker.uid}`, name: `${attempt}.log`, link: `${name}_${namespace}_${work.name}-${id}.log` };
      }
    }
  }
}

/** A folder or a file below `/logs/`. */
export function logFilesAsked(kubelet: Kubelet, { path, to }: KubeletCall): HttpResponse | undefined {
  const parts = path.split('/').slice(2).filter(part => part !== '').map(decodeURIComponent);
  const [root = '', first = '', second = '', third = ''] = parts;
  const files = [...logFiles(kubelet)];
  const file = files.find(({ folder, work, name, link }) => (root === 'containers' ? parts.length === 2 && link === first : root === 'pods' && folder === first && work.name === second && name === third && parts.length === 4));
  if (file !== undefined) return read(kubelet, file.worker, { work: file.work, id: file.id, options: {}, to, isFile: true });
  const names = folderOf(parts, files);
  if (names === undefined) return pageNotFound();
  if (!path.endsWith('/') && parts.length > 0) return { code: 301, headers: [['Location', `${parts.at(-1) ?? ''}/`], ['Content-Length', '0']], data: '' };
  return page(200, 'text/html; charset=utf-8', `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${names.map(name => `<a href="${name}">${name}</a>\n`).join('')}</pre>\n`);
}

/** Names in a folder; undefined = it is none. */
function folderOf([root = '', first = '', second = '', ...more]: readonly string[], files: readonly LogFile[]): readonly string[] | undefined {
  if (root === '') return ['containers/', 'pods/'];
  if (root === 'containers') return first === '' ? files.map(({ link }) => link).sort() : undefined;
  if (root !== 'pods' || more.length > 0) return undefined;
  const inside = files.filter(({ folder, work }) => (first === '' || folder === first) && (second === '' || work.name === second));
  if (inside.length === 0 && first !== '') return undefined;
  return [...new Set(inside.map(({ folder, work, name }) => (first === '' ? `${folder}/` : second === '' ? `${work.name}/` : name)))].sort();
}
