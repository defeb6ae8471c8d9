import type { KubeObject } from '../../meta.ts';
import { defineResource } from '../../resource.ts';
import { webhookConfigurationOf } from './webhook-configuration.ts';
import type { Webhook } from './webhook.ts';

/** Webhooks that may refuse changes. */
export interface ValidatingWebhookConfiguration extends KubeObject {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'ValidatingWebhookConfiguration';
  readonly webhooks?: readonly Webhook[];
}

/** @source kubernetes pkg/registry/admissionregistration/validatingwebhookconfiguration/strategy.go */
export const validatingWebhookConfigurationResource = defineResource<ValidatingWebhookConfiguration>({
  ...webhookConfigurationOf<ValidatingWebhookConfiguration>({ isMutating: false }),
  kind: 'ValidatingWebhookConfiguration', plural: 'validatingwebhookconfigurations', singular: 'validatingwebhookconfiguration', storagePrefix: '/registry/validatingwebhookconfigurations/',
});
