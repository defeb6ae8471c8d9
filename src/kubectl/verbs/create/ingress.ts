/**
 * `create ingress`: rules from words, `HOST/PATH=SERVICE:PORT[,tls[=SECRET]]`.
 * @source kubernetes/kubectl pkg/cmd/create/create_ingress.go
 */
import type { Result } from '../../../base/data.ts';
import { compareText } from '../../../base/compare.ts';
import { type Arguments } from '../../command.ts';
import { listFlag, textFlag } from '../../options.ts';
import { defineGenerator } from './generate.ts';
import { INGRESS } from './kinds.ts';

const RULE = /^(?<host>[\w*\-.]*)\/(?<path>[\w\-/]*)(?<wild>\*)?=(?<service>[\w-]+):(?<port>[\w-]+)(,tls(=(?<secret>[\w-]+))?|(?<tls>,tls))?$/;

interface Path { readonly path: string; readonly pathType: string; readonly backend: object }
interface Secured { readonly hosts?: readonly string[]; readonly secretName?: string }

function backendOf(name: string, port: string): object {
  return { service: { name, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } } };
}

function specOf(args: Arguments): Result<object, string> {
  const paths = new Map<string, Path[]>();
  const tls: Secured[] = [];
  for (const text of listFlag(args, 'rule', true)) {
    const parts = RULE.exec(text)?.groups;
    if (parts === undefined) return { ok: false, error: `rule ${text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]` };
    const host = parts['host'] ?? '';
    const path: Path = { path: `/${parts['path'] ?? ''}`, pathType: parts['wild'] === undefined ? 'Exact' : 'Prefix', backend: backendOf(parts['service'] ?? '', parts['port'] ?? '') };
    paths.set(host, [...(paths.get(host) ?? []), path]);
    if (!text.includes(',tls')) continue;
    const secured: Secured = { ...(host === '' ? {} : { hosts: [host] }), ...(parts['secret'] === undefined ? {} : { secretName: parts['secret'] }) };
    if (!tls.some((each) => each.secretName === secured.secretName && each.hosts?.[0] === secured.hosts?.[0])) tls.push(secured);
  }
  const fallback = textFlag(args, 'default-backend').split(':');
  const ingressClass = textFlag(args, 'class');
  return {
    ok: true, value: {
      ...(ingressClass === '' ? {} : { ingressClassName: ingressClass }),
      ...(fallback.length === 2 ? { defaultBackend: backendOf(fallback[0] ?? '', fallback[1] ?? '') } : {}),
      ...(tls.length === 0 ? {} : { tls }),
      ...(paths.size === 0 ? {} : { rules: [...paths].map(([host, list]) => ({ ...(host === '' ? {} : { host }), http: { paths: list } })) }),
    },
  };
}

export const createIngress = defineGenerator({
  path: ['ingress'], of: INGRESS, noun: 'ingress', summary: 'create an ingress from rules',
  flags: [
    { name: 'rule', type: 'list', summary: 'HOST/PATH=SERVICE:PORT[,tls[=SECRET]]' }, { name: 'class', type: 'string', summary: 'class of the ingress' },
    { name: 'default-backend', type: 'string', summary: 'where everything else goes, SERVICE:PORT' }, { name: 'annotation', type: 'list', summary: 'annotation, KEY=VALUE' },
  ],
  examples: [{ line: 'kubectl create ingress shop --rule="shop.example/*=web:80" --dry-run=client -o name', shows: 'ingress.networking.k8s.io/shop' }],
  generate(args, name) {
    const hasRules = listFlag(args, 'rule', true).length > 0;
    const fallback = textFlag(args, 'default-backend');
    if (!hasRules && fallback === '') return { ok: false, error: 'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)' };
    const spec = specOf(args);
    if (!spec.ok) return spec;
    const annotations = annotationsOf(args);
    if (!annotations.ok) return annotations;
    if (fallback !== '' && fallback.split(':').length !== 2) return { ok: false, error: 'default-backend should be in format servicename:serviceport' };
    const metadata = { name, ...(Object.keys(annotations.value).length === 0 ? {} : { annotations: annotations.value }) };
    return { ok: true, value: { kind: 'Ingress', apiVersion: 'networking.k8s.io/v1', metadata, spec: spec.value, status: { loadBalancer: {} } } };
  },
});

function annotationsOf(args: Arguments): Result<Readonly<Record<string, string>>, string> {
  const annotations: Record<string, string> = {};
  for (const text of listFlag(args, 'annotation', true)) {
    const equals = text.indexOf('=');
    if (equals < 0) return { ok: false, error: `annotation ${text} is invalid and should be in format key=[value]` };
    annotations[text.slice(0, equals)] = text.slice(equals + 1);
  }
  return { ok: true, value: Object.fromEntries(Object.entries(annotations).sort(([a], [b]) => compareText(a, b))) };
}
