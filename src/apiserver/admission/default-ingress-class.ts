import type { Ingress, IngressClass } from '../../api/kinds/all.ts';
import { defaultOf } from './default-class.ts';
import { definePlugin } from './plugin.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const DEFAULT_ANNOTATIONS: readonly string[] = ['ingressclass.kubernetes.io/is-default-class'];

/** An Ingress that names no class gets the cluster's default one. */
export const defaultIngressClass = definePlugin({
  name: 'DefaultIngressClass',
  source: 'plugin/pkg/admission/network/defaultingressclass/admission.go',
  mutate(attributes, { state }) {
    const ingress = attributes.object as Ingress;
    if (attributes.operation !== 'CREATE' || attributes.descriptor.kind !== 'Ingress' || attributes.subresource !== '') return ingress;
    if (ingress.spec?.ingressClassName !== undefined || ingress.metadata.annotations?.[CLASS_ANNOTATION] !== undefined) return ingress;
    const chosen = defaultOf<IngressClass>(state.caches.get('networking.k8s.io/ingressclasses')?.items, DEFAULT_ANNOTATIONS);
    return chosen === undefined ? ingress : { ...ingress, spec: { ...ingress.spec, ingressClassName: chosen.metadata.name } };
  },
});
