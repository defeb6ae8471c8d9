/** `create deployment`, `namespace`, `serviceaccount`, `priorityclass`. */
import { containerNameOf } from '../../image.ts';
import { isOn, listFlag, numberFlag, textFlag } from '../../options.ts';
import { commandWords, defineGenerator } from './generate.ts';
import { DEPLOYMENT, NAMESPACE, PRIORITY_CLASS, SERVICE_ACCOUNT } from './kinds.ts';

export const createDeployment = defineGenerator({
  path: ['deployment'], of: DEPLOYMENT, noun: 'deployment', summary: 'create a deployment of an image', required: ['image'],
  flags: [
    { name: 'image', type: 'list', summary: 'image of a container', completes: 'image' },
    { name: 'replicas', short: 'r', type: 'int', summary: 'number of pods' },
    { name: 'port', type: 'int', summary: 'port of the container' },
  ],
  examples: [{ line: 'kubectl create deployment shop --image=images.example/web:1 --replicas=2', shows: 'deployment.apps/shop created' }],
  generate(args, name) {
    const images = listFlag(args, 'image');
    const words = commandWords(args);
    const port = numberFlag(args, 'port') ?? -1;
    if (images.length > 1 && words.length > 0) return { ok: false, error: 'cannot specify multiple --image options and command' };
    const labels = { app: name };
    const containers = images.map((image, i) => ({
      name: containerNameOf(image), image, ...(words.length > 0 ? { command: words } : {}), ...(port >= 0 && i === 0 ? { ports: [{ containerPort: port }] } : {}), resources: {},
    }));
    return {
      ok: true, value: {
        kind: 'Deployment', apiVersion: 'apps/v1', metadata: { name, labels },
        spec: { replicas: numberFlag(args, 'replicas') ?? 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } }, strategy: {} }, status: {},
      },
    };
  },
});

export const createNamespace = defineGenerator({
  path: ['namespace'], of: NAMESPACE, noun: '', summary: 'create a namespace', flags: [],
  examples: [{ line: 'kubectl create namespace shop', shows: 'namespace/shop created' }],
  generate: (_args, name) => ({ ok: true, value: { kind: 'Namespace', apiVersion: 'v1', metadata: { name }, spec: {}, status: {} } }),
});

export const createServiceAccount = defineGenerator({
  path: ['serviceaccount'], of: SERVICE_ACCOUNT, noun: 'serviceaccount', summary: 'create a service account', flags: [],
  examples: [{ line: 'kubectl create serviceaccount robot', shows: 'serviceaccount/robot created' }],
  generate: (_args, name) => ({ ok: true, value: { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name } } }),
});

export const createPriorityClass = defineGenerator({
  path: ['priorityclass'], of: PRIORITY_CLASS, noun: 'priorityclass', summary: 'create a priority class',
  flags: [
    { name: 'value', type: 'int', summary: 'the priority' },
    { name: 'global-default', type: 'bool', summary: 'for pods that name no class' },
    { name: 'description', type: 'string', summary: 'when to use it' },
    { name: 'preemption-policy', type: 'string', summary: 'whether it drives others out', choices: ['PreemptLowerPriority', 'Never'] },
  ],
  examples: [{ line: 'kubectl create priorityclass high --value=1000', shows: 'priorityclass.scheduling.k8s.io/high created' }],
  generate(args, name) {
    const description = textFlag(args, 'description');
    return {
      ok: true, value: {
        kind: 'PriorityClass', apiVersion: 'scheduling.k8s.io/v1', metadata: { name }, value: numberFlag(args, 'value') ?? 0, ...(isOn(args, 'global-default') ? { globalDefault: true } : {}),
        ...(description === '' ? {} : { description }), preemptionPolicy: textFlag(args, 'preemption-policy') || 'PreemptLowerPriority',
      },
    };
  },
});
