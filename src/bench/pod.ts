/** A pod of usual size: about 4 KB with what the server adds. Nobody schedules it: what is measured is the API. */
export const podOf = (name: string): object => ({
  apiVersion: 'v1', kind: 'Pod',
  metadata: { name, labels: { app: 'web', tier: 'front' }, annotations: { note: 'x'.repeat(1800) } },
  spec: { schedulerName: 'nobody', containers: [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80 }], resources: { requests: { cpu: '100m', memory: '64Mi' } } }] },
});
