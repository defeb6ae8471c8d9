import type { KubeObject } from '../../meta.ts';
import { defineResource } from '../../resource.ts';
import { webhookConfigurationOf } from './webhook-configuration.ts';
import type { Webhook } from './webhook.ts';

/** Webhooks that may change objects before they are stored. */
export interface MutatingWebhookConfiguration extends KubeObject {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'MutatingWebhookConfiguration';
  readonly webhooks?: readonly Webhook[];
}

/** @source kubernetes pkg/registry/admissionregistration/mutatingwebhookconfiguration/strategy.go */
export const mutatingWebhookConfigurationResource = defineResource<MutatingWebhookConfiguration>({
  ...webhookConfigurationOf<MutatingWebhookConfiguration>({ isMutating: true }),
  kind: 'MutatingWebhookConfiguration', plural: 'mutatingwebhookconfigurations', singular: 'mutatingwebhookconfiguration', storagePrefix: '/registry/mutatingwebhookconfigurations/',
});
