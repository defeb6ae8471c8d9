/** What an autoscaler looks at, in version 2.
 * @source kubernetes/api autoscaling/v2/types.go */
import type { LabelSelector, Quantity } from '../../meta.ts';

/** A metric by name, or by name and labels. */
export interface MetricIdentifier {
  readonly name: string;
  readonly selector?: LabelSelector;
}

/** What a metric should be. */
export interface MetricTarget {
  readonly type: 'Utilization' | 'Value' | 'AverageValue';
  readonly value?: Quantity;
  readonly averageValue?: Quantity;
  /** Per cent of the requests. */
  readonly averageUtilization?: number;
}

/** What a metric is. */
export type MetricValueStatus = Omit<MetricTarget, 'type'>;

/** An object by kind and name. */
export interface CrossVersionObjectReference {
  readonly kind: string;
  readonly name: string;
  readonly apiVersion?: string;
}

/** One metric; the part that `type` names is set. */
export interface MetricSpec {
  readonly type: 'Object' | 'Pods' | 'Resource' | 'ContainerResource' | 'External';
  readonly object?: { readonly describedObject: CrossVersionObjectReference; readonly target: MetricTarget; readonly metric: MetricIdentifier };
  readonly pods?: { readonly metric: MetricIdentifier; readonly target: MetricTarget };
  readonly resource?: { readonly name: string; readonly target: MetricTarget };
  readonly containerResource?: { readonly name: string; readonly target: MetricTarget; readonly container: string };
  readonly external?: { readonly metric: MetricIdentifier; readonly target: MetricTarget };
}

/** What one metric was when it was looked at last. */
export interface MetricStatus {
  readonly type: MetricSpec['type'];
  readonly object?: { readonly metric: MetricIdentifier; readonly current: MetricValueStatus; readonly describedObject: CrossVersionObjectReference };
  readonly pods?: { readonly metric: MetricIdentifier; readonly current: MetricValueStatus };
  readonly resource?: { readonly name: string; readonly current: MetricValueStatus };
  readonly containerResource?: { readonly name: string; readonly current: MetricValueStatus; readonly container: string };
  readonly external?: { readonly metric: MetricIdentifier; readonly current: MetricValueStatus };
}

/** How fast replicas may change. */
export interface HPAScalingPolicy {
  readonly type: 'Pods' | 'Percent';
  readonly value: number;
  readonly periodSeconds: number;
}

/** How to scale in one direction. */
export interface HPAScalingRules {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: 'Max' | 'Min' | 'Disabled';
  readonly policies?: readonly HPAScalingPolicy[];
  readonly tolerance?: Quantity;
}

/** How to scale. */
export interface HorizontalPodAutoscalerBehavior {
  readonly scaleUp?: HPAScalingRules;
  readonly scaleDown?: HPAScalingRules;
}
