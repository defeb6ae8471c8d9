/**
 * Validation of what a pod as a whole asks for, beside what its containers ask for.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go (validatePodResources, validatePodResourceConsistency)
 */
import { forbidden, invalid } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { compareQuantity } from '../../quantity.ts';
import { podTotal } from '../../quota/pod-resources.ts';
import type { ResourceRequirements } from './container.ts';
import type { PodSpec } from './pod-spec.ts';
import { isHugePages } from './standard-resources.ts';
import { validatePodRequirements } from './validate-resources.ts';

interface Spot { readonly path: string; readonly errors: FieldError[] }

function validateConsistency(spec: PodSpec, { limits, requests }: ResourceRequirements, { path, errors }: Spot): void {
  const { resources: _own, overhead: _overhead, ...containers } = spec;
  const asked = podTotal(containers, 'requests');
  for (const name of Object.keys(asked)) {
    const own = requests?.[name];
    if (own === undefined || compareQuantity(asked[name], own) <= 0) continue;
    errors.push(invalid(`${path}.requests[${name}]`, own, `must be greater than or equal to aggregate container requests of ${asked[name] ?? ''}`));
  }
  const most = podTotal(containers, 'limits');
  for (const name of Object.keys(most)) {
    const own = limits?.[name];
    if (own === undefined || !isHugePages(name) || compareQuantity(most[name], own) <= 0) continue;
    errors.push(invalid(`${path}.limits[${name}]`, own, `must be greater than or equal to aggregate container limits of ${most[name] ?? ''}`));
  }
  spec.containers.forEach((container, i) => {
    const of = container.resources?.limits ?? {};
    for (const name of Object.keys(of)) {
      const own = limits?.[name];
      if (own === undefined || compareQuantity(of[name], own) <= 0) continue;
      errors.push(invalid(`${path}.containers[${i}][${name}].limits`, of[name], `must be less than or equal to pod limits of ${own}`));
    }
  });
}

/** What the pod asks for in all must hold what its containers ask for. */
export function validatePodResources(spec: PodSpec, resources: ResourceRequirements, { path, errors }: Spot): void {
  if (spec.os?.name === 'windows') { errors.push(forbidden(path, 'may not be set for a windows pod')); return; }
  if (resources.claims !== undefined) errors.push(forbidden(`${path}.claims`, 'claims may not be set for Resources at pod-level'));
  validatePodRequirements(resources, path, errors);
  validateConsistency(spec, resources, { path, errors });
}
