/** What the API server remarks on services. @source kubernetes pkg/api/service/warnings.go */
import { addressRemarks, cidrRemarks } from '../../ip-forms.ts';
import type { KubeObject, StringMap } from '../../meta.ts';
import type { ServiceSpec } from './service.ts';

const hints = 'service.kubernetes.io/topology-aware-hints';

/** Fields that have no effect, or will have none, and addresses that should be written otherwise. */
export function serviceWarnings({ metadata, spec }: KubeObject & { readonly spec: ServiceSpec }): readonly string[] {
  const found: string[] = [];
  const annotations: StringMap = metadata.annotations ?? {};
  const { type = 'ClusterIP', clusterIP, externalIPs = [] } = spec ?? {};
  if (annotations[hints] !== undefined) found.push(`annotation ${hints} is deprecated, please use service.kubernetes.io/topology-mode instead`);
  if (type !== 'ExternalName' && clusterIP !== '' && clusterIP !== 'None') (spec?.clusterIPs ?? []).forEach((ip, i) => { found.push(...addressRemarks(ip, `spec.clusterIPs[${i}]`)); });
  if (type === 'ClusterIP' && clusterIP === 'None') {
    if (spec.loadBalancerIP) found.push('spec.loadBalancerIP is ignored for headless services');
    if (externalIPs.length > 0) found.push('spec.externalIPs is ignored for headless services');
    if ((spec.sessionAffinity ?? 'None') !== 'None') found.push('spec.SessionAffinity is ignored for headless services');
  }
  externalIPs.forEach((ip, i) => { found.push(...addressRemarks(ip, `spec.externalIPs[${i}]`)); });
  if (spec?.loadBalancerIP) found.push(...addressRemarks(spec.loadBalancerIP, 'spec.loadBalancerIP'));
  (spec?.loadBalancerSourceRanges ?? []).forEach((range, i) => { found.push(...cidrRemarks(range, `spec.loadBalancerSourceRanges[${i}]`)); });
  if (type === 'ExternalName' && externalIPs.length > 0) found.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (type !== 'ExternalName' && spec?.externalName) found.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec?.trafficDistribution === 'PreferClose') found.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return found;
}

/** What is remarked on the addresses of a load balancer, of a Service or an Ingress. @source kubernetes pkg/registry/core/service/strategy.go (serviceStatusStrategy.WarningsOnUpdate), pkg/registry/networking/ingress/strategy.go */
export function balancerWarnings({ status }: { readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } } }): readonly string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip = '' }, i) => (ip === '' ? [] : addressRemarks(ip, `status.loadBalancer.ingress[${i}]`)));
}
