import { equalData } from '../../../base/compare.ts';
import { overlay } from '../../overlay.ts';
import type { KubeObject } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { metadataFields, type ResourceDescriptor } from '../../resource.ts';
import { validateAnyMeta } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { mapSame } from '../core/pod-defaults.ts';
import { defaultWebhook, validateWebhooks, type Webhook } from './webhook.ts';

/** What configurations of both kinds of webhook hold. */
interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly Webhook[];
}

/** What configurations of both kinds of webhook have in common; only those that may change objects can be asked again. */
export function webhookConfigurationOf<T extends WebhookConfiguration>({ isMutating }: { readonly isMutating: boolean }): Omit<ResourceDescriptor<T>, 'kind' | 'plural' | 'singular' | 'storagePrefix'> {
  return {
    group: 'admissionregistration.k8s.io', version: 'v1', shortNames: [], categories: ['api-extensions'], namespaced: false, subresources: [],
    allowUnconditionalUpdate: false, selectableFields: metadataFields<T>(false),
    columns: [nameColumn(), { name: 'Webhooks', type: 'integer', description: 'How many webhooks it configures.', cell: (configuration) => (configuration.webhooks ?? []).length }, ageColumn()],
    defaults(configuration) {
      if (configuration.webhooks === undefined) return configuration;
      const webhooks = mapSame(configuration.webhooks, (hook) => defaultWebhook(hook, isMutating));
      return webhooks === configuration.webhooks ? configuration : { ...configuration, webhooks };
    },
    prepareForCreate: (configuration) => ({ ...configuration, metadata: overlay(configuration.metadata, { generation: 1 }) }),
    prepareForUpdate(configuration, old) {
      const generation = (old.metadata.generation ?? 0) + (equalData(configuration.webhooks, old.webhooks) ? 0 : 1);
      return { ...configuration, metadata: overlay(configuration.metadata, { generation }) };
    },
    validate(configuration) {
      const errors = validateAnyMeta(configuration, false, dns1123Subdomain);
      validateWebhooks(configuration.webhooks, undefined, errors);
      return errors;
    },
    validateUpdate(configuration, old) {
      const errors = validateAnyMeta(configuration, false, dns1123Subdomain);
      validateWebhooks(configuration.webhooks, old.webhooks ?? [], errors);
      return errors;
    },
  };
}
