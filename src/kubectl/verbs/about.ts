/** `version` and `cluster-info`. */
import { must } from '../../base/assert.ts';
import type { Service } from '../../api/kinds/all.ts';
import { descriptorOfKind } from '../../api/scheme.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Arguments, cx, defineCommand } from '../command.ts';
import { getPath } from '../discovery.ts';
import { fail, failureOf, usage } from '../errors.ts';
import { outputFlag } from '../flags.ts';
import { toJson } from '../json.ts';
import { CLIENT_VERSION, KUSTOMIZE_VERSION, SERVER } from '../kubeconfig.ts';
import { isOn, operands, textFlag } from '../options.ts';
import { list } from '../requests.ts';
import { toYaml } from '../yaml.ts';

const services = must(descriptorOfKind('Service'), 'services are served');

interface VersionInfo { readonly major?: string; readonly minor?: string; readonly gitVersion?: string }
/** @source kubernetes/apimachinery pkg/version/types.go; the commit and the build are this simulation's own */
const clientVersion = {
  major: '1', minor: '35', gitVersion: CLIENT_VERSION, gitCommit: '0000000000000000000000000000000000000000', gitTreeState: 'clean', buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'go1.25.6', compiler: 'gc', platform: 'linux/amd64',
};
/** supportedMinorVersionSkew. */
const SKEW_MAX = 1;

/** Shows the versions of client and server.
 * @source kubernetes/kubectl pkg/cmd/version/version.go, skew_warning.go */
export const version = defineCommand({
  path: ['kubectl', 'version'],
  summary: 'show the versions of client and server',
  flags: [{ ...outputFlag, choices: ['json', 'yaml'] }, { name: 'client', type: 'bool', summary: 'only of the client' }],
  changesWorld: false,
  examples: [{ line: 'kubectl version', shows: 'Server Version: v1.35' }, { line: 'kubectl version --client', shows: 'Kustomize Version' }],
  *run(args: Arguments): Conversation<number> {
    if (operands(args, 'names').length > 0) return yield* usage(`extra arguments: [${operands(args, 'names').join(' ')}]`);
    const output = textFlag(args, 'output');
    if (output !== '' && output !== 'json' && output !== 'yaml') return yield* usage("--output must be 'yaml' or 'json'");
    const answer = isOn(args, 'client') ? undefined : yield* getPath('/version');
    const serverVersion = answer?.ok === true ? (answer.body as VersionInfo) : undefined;
    yield* cx.print(versionText(output, serverVersion));
    if (answer !== undefined && !answer.ok) return yield* fail(failureOf(answer));
    if (serverVersion !== undefined && skewOf(serverVersion) > SKEW_MAX) {
      yield* cx.printError(`WARNING: version difference between client (${clientVersion.major}.${clientVersion.minor}) and server (${serverVersion.major ?? ''}.${serverVersion.minor ?? ''}) exceeds the supported minor version skew of +/-${SKEW_MAX}\n`);
    }
    return 0;
  },
});

const skewOf = (server: VersionInfo): number => Math.abs(Number(clientVersion.minor) - Number.parseInt(server.minor ?? clientVersion.minor, 10));

function versionText(output: string, serverVersion: VersionInfo | undefined): string {
  const body = { clientVersion, kustomizeVersion: KUSTOMIZE_VERSION, ...(serverVersion === undefined ? {} : { serverVersion }) };
  // This command alone indents its JSON by two spaces.
  if (output === 'json') return `${toJson(body, 'asIs').replace(/^ +/gm, (pad) => pad.slice(pad.length / 2))}\n`;
  if (output === 'yaml') return `${toYaml(body)}\n`;
  return `Client Version: ${CLIENT_VERSION}\nKustomize Version: ${KUSTOMIZE_VERSION}\n${serverVersion === undefined ? '' : `Server Version: ${serverVersion.gitVersion ?? ''}\n`}`;
}

/** Shows where the control plane and the services of the cluster are.
 * @source kubernetes/kubectl pkg/cmd/clusterinfo/clusterinfo.go
 * @fidelity simplified: no colours; `cluster-info dump` is absent */
export const clusterInfo = defineCommand({
  path: ['kubectl', 'cluster-info'],
  summary: 'show where the control plane and its services are',
  flags: [],
  changesWorld: false,
  examples: [{ line: 'kubectl cluster-info', shows: 'Kubernetes control plane is running at' }],
  *run(): Conversation<number> {
    const found = yield* list({ descriptor: services, namespace: 'kube-system', name: '' }, { labelSelector: 'kubernetes.io/cluster-service=true' });
    if (!found.ok) {
      if (found.error.type === 'status') yield* cx.print(`\n${DEBUG_HINT}\n`);
      return yield* fail(found.error);
    }
    const lines = [`Kubernetes control plane is running at ${SERVER}`, ...(found.value.items as readonly Service[]).map(serviceLine), '', DEBUG_HINT];
    yield* cx.print(lines.map((line) => `${line}\n`).join(''));
    return 0;
  },
});

const DEBUG_HINT = "To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.";

function serviceLine(service: Service): string {
  const { name, namespace = '', labels } = service.metadata;
  const ports = service.spec.ports ?? [];
  const ingress = service.status?.loadBalancer?.ingress?.[0];
  const link = ingress !== undefined ? ports.map(({ port }) => `http://${ingress.ip ?? ingress.hostname ?? ''}:${port} `).join('')
    : `${SERVER}/api/v1/namespaces/${namespace}/services/${proxyName(name, ports[0])}/proxy`;
  return `${labels?.['kubernetes.io/name'] || name} is running at ${link}`;
}

/** `https:dashboard:web`, `kube-dns:dns` or `plain`: how the proxy path names a port. @source kubernetes/apimachinery pkg/util/net/port_split.go */
function proxyName(name: string, port: { readonly name?: string; readonly port: number } | undefined): string {
  if (port === undefined) return name;
  const portName = port.name ?? '';
  if (portName === 'https' || port.port === 443) return `https:${name}:${portName}`;
  return portName === '' ? name : `${name}:${portName}`;
}
