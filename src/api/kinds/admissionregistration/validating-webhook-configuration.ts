import { equalData } from '../../../base/compare.ts';
import { overlay } from '../../overlay.ts';
import type { KubeObject } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields } from '../../resource.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { mapSame } from '../core/pod-defaults.ts';
import { defaultWebhook, validateWebhooks } from './webhook.ts';
import type { Webhook } from './webhook.ts';

/** Webhooks that may refuse changes. */
export interface ValidatingWebhookConfiguration extends KubeObject {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'ValidatingWebhookConfiguration';
  readonly webhooks?: readonly Webhook[];
}

/** @source kubernetes pkg/registry/admissionregistration/validatingwebhookconfiguration/strategy.go */
export const validatingWebhookConfigurationResource = defineResource<ValidatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingWebhookConfiguration', plural: 'validatingwebhookconfigurations',
  singular: 'validatingwebhookconfiguration', shortNames: [], categories: ['api-extensions'], namespaced: false, subresources: [],
  storagePrefix: '/registry/validatingwebhookconfigurations/', allowUnconditionalUpdate: false, selectableFields: metadataFields<ValidatingWebhookConfiguration>(false),
  columns: [nameColumn(), { name: 'Webhooks', type: 'integer', cell: (configuration) => (configuration.webhooks ?? []).length }, ageColumn()],
  defaults(configuration) {
    if (configuration.webhooks === undefined) return configuration;
    const webhooks = mapSame(configuration.webhooks, (hook) => defaultWebhook(hook, false));
    return webhooks === configuration.webhooks ? configuration : { ...configuration, webhooks };
  },
  prepareForCreate: (configuration) => ({ ...configuration, metadata: overlay(configuration.metadata, { generation: 1 }) }),
  prepareForUpdate(configuration, old) {
    const generation = (old.metadata.generation ?? 0) + (equalData(configuration.webhooks, old.webhooks) ? 0 : 1);
    return { ...configuration, metadata: overlay(configuration.metadata, { generation }) };
  },
  validate(configuration) {
    const errors = validateObjectMeta(configuration, false, dns1123Subdomain);
    validateWebhooks(configuration.webhooks, errors);
    return errors;
  },
  validateUpdate(configuration, old) {
    const errors = validateObjectMetaUpdate(configuration, old);
    validateWebhooks(configuration.webhooks, errors);
    return errors;
  },
});
