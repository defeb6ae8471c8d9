// What a program with the JavaScript client library meets when the server is in need: `node library-strain.mjs busy|gone|survivor`. Ends with 0, or says what is wrong.
import { setTimeout as sleep } from 'node:timers/promises';
import * as k8s from '@kubernetes/client-node';

const config = new k8s.KubeConfig();
config.loadFromDefault();
const namespace = 'default';
const until = async (test) => { for (let i = 0; i < 300; i++) { if (await test()) return true; await sleep(50); } return false; };
const names = informer => informer.list(namespace).map(({ metadata }) => metadata.name);

const acts = {
  /** bob has no seat: the library does not come back by itself, whoever called it can. */
  async busy() {
    config.users[0].impersonateUser = 'bob';
    try {
      await config.makeApiClient(k8s.CoreV1Api).listNamespacedPod({ namespace });
      return 'it was let in';
    } catch (error) {
      return error.code === 429 && error.headers['retry-after'] === '1' && error.body.startsWith('Too many requests') ? undefined : `${error.code} ${JSON.stringify(error.headers)} ${error.body}`;
    }
  },
  /** The first list gives a revision that the server no longer knows; the watch is told, and the informer lists anew. */
  async gone() {
    const core = config.makeApiClient(k8s.CoreV1Api);
    let lists = 0;
    const informer = k8s.makeInformer(config, '/api/v1/namespaces/default/configmaps', async () => {
      const list = await core.listNamespacedConfigMap({ namespace });
      if (++lists === 1) list.metadata.resourceVersion = '1';
      return list;
    });
    await informer.start();
    const relisted = await until(() => lists >= 2);
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'afterwards' } } });
    const seen = await until(() => names(informer).includes('afterwards'));
    await informer.stop();
    return relisted && seen ? undefined : { lists, seen: names(informer) };
  },
  /** The replica that has the watch dies; the informer begins anew through another one. */
  async survivor() {
    const core = config.makeApiClient(k8s.CoreV1Api);
    const informer = k8s.makeInformer(config, '/api/v1/namespaces/default/configmaps', () => core.listNamespacedConfigMap({ namespace }));
    let broken = 0;
    informer.on('error', () => { broken++; setTimeout(() => { informer.start().catch(() => undefined); }, 200); });
    await informer.start();
    const seen = await until(() => names(informer).includes('after'));
    await informer.stop();
    return seen ? undefined : { broken, seen: names(informer) };
  },
};

const wrong = await acts[process.argv[2]]();
if (wrong !== undefined) console.log(JSON.stringify(wrong));
process.exit(wrong === undefined ? 0 : 1);
