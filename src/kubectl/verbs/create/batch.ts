/** `create job` and `create cronjob`. */
import type { Result } from '../../../base/data.ts';
import type { KubeObject } from '../../../api/meta.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { noSuchType } from '../../builder.ts';
import type { Arguments, Settings } from '../../command.ts';
import { kindOfWord } from '../../custom-kinds.ts';
import type { Failure } from '../../errors.ts';
import { namespaceOf, textFlag } from '../../options.ts';
import { read } from '../../requests.ts';
import { commandWords, defineGenerator } from './generate.ts';
import { CRON_JOB, JOB } from './kinds.ts';

function templateOf(name: string, image: string, more: { readonly words: readonly string[]; readonly restartPolicy: string }): object {
  const container = { name, image, ...(more.words.length === 0 ? {} : { command: more.words }), resources: {} };
  return { metadata: {}, spec: { containers: [container], restartPolicy: more.restartPolicy } };
}

/** @source kubernetes/kubectl pkg/cmd/create/create_job.go */
export const createJob = defineGenerator({
  path: ['job'], of: JOB, noun: 'job', summary: 'create a job that runs an image once, or a cron job now',
  flags: [{ name: 'image', type: 'string', summary: 'image of the container', completes: 'image' }, { name: 'from', type: 'string', summary: 'cron job to run now, cronjob/NAME' }],
  examples: [{ line: 'kubectl create job once --image=images.example/busybox:1.36 --dry-run=client -o name', shows: 'job.batch/once' }],
  generate(args, name, settings) {
    const image = textFlag(args, 'image');
    const from = textFlag(args, 'from');
    const words = commandWords(args);
    if ((image === '') === (from === '')) return { ok: false, error: 'either --image or --from must be specified' };
    if (from !== '' && words.length > 0) return { ok: false, error: 'cannot specify --from and command' };
    if (from !== '') return fromCronJob(from, name, { args, settings });
    return { ok: true, value: { kind: 'Job', apiVersion: 'batch/v1', metadata: { name }, spec: { template: templateOf(name, image, { words, restartPolicy: 'Never' }) }, status: {} } };
  },
});

interface CronJobLike extends KubeObject { readonly spec: { readonly jobTemplate: { readonly metadata?: { readonly annotations?: object; readonly labels?: object }; readonly spec: object } } }

/** A job like those that the cron job makes, marked as made by hand. */
function* fromCronJob(from: string, name: string, { args, settings }: { readonly args: Arguments; readonly settings: Settings }): Conversation<Result<object, string | Failure>> {
  const [type = '', source = ''] = from.split('/');
  const namespace = namespaceOf(args, settings);
  if (source === '') return { ok: false, error: 'from must be an existing cronjob, for example cronjob/NAME' };
  const descriptor = kindOfWord(type, args);
  if (descriptor === undefined) return { ok: false, error: noSuchType(type) };
  const found = yield* read({ descriptor, namespace, name: source });
  if (!found.ok) return found;
  if (descriptor.kind !== 'CronJob') return { ok: false, error: `unknown object type *${descriptor.version}.${descriptor.kind}` };
  const cron = found.value as CronJobLike;
  const { annotations = {}, labels } = cron.spec.jobTemplate.metadata ?? {};
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: cron.metadata.name, uid: cron.metadata.uid ?? '', controller: true };
  const metadata = { name, annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...annotations }, ...(labels === undefined ? {} : { labels }), ownerReferences: [owner] };
  return { ok: true, value: { kind: 'Job', apiVersion: 'batch/v1', metadata, spec: cron.spec.jobTemplate.spec, status: {} } };
}

/** @source kubernetes/kubectl pkg/cmd/create/create_cronjob.go */
export const createCronJob = defineGenerator({
  path: ['cronjob'], of: CRON_JOB, noun: 'cronjob', summary: 'create a cron job that runs an image on a schedule', required: ['image', 'schedule'],
  flags: [
    { name: 'image', type: 'string', summary: 'image of the container', completes: 'image' }, { name: 'schedule', type: 'string', summary: 'when to run, in the form of cron' },
    { name: 'restart', type: 'string', summary: 'restart policy of the pods', choices: ['OnFailure', 'Never'] },
  ],
  examples: [{ line: "kubectl create cronjob tick --image=images.example/busybox:1.36 --schedule='*/5 * * * *' --dry-run=client -o name", shows: 'cronjob.batch/tick' }],
  generate(args, name) {
    const template = templateOf(name, textFlag(args, 'image'), { words: commandWords(args), restartPolicy: textFlag(args, 'restart') || 'OnFailure' });
    return {
      ok: true, value: {
        kind: 'CronJob', apiVersion: 'batch/v1', metadata: { name }, spec: { schedule: textFlag(args, 'schedule'), jobTemplate: { metadata: { name }, spec: { template } } }, status: {},
      },
    };
  },
});
