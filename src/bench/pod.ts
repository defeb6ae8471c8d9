import { deepFreeze } from '../base/data.ts';

/** What pods of one Deployment have in common: about 4 KB with what the server adds. Nobody schedules them: what is measured is the API. */
const template = deepFreeze({
  metadata: { labels: { app: 'web', tier: 'front' }, annotations: { note: 'x'.repeat(1800) } },
  spec: { schedulerName: 'nobody', containers: [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80 }], resources: { requests: { cpu: '100m', memory: '64Mi' } } }] },
});

/** A pod of usual size, made from the template as a controller makes it. */
export const podOf = (name: string): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, ...template.metadata }, spec: template.spec });
