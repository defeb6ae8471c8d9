import { definePlugin, SKIP, unresolvable } from '../framework/plugin.ts';

const NAME = 'NodeName';
const OTHER_NODE = unresolvable(NAME, "node(s) didn't match the requested node name");

/** A pod that names its node fits only there. */
export const nodeName = definePlugin({
  name: NAME,
  source: 'pkg/scheduler/framework/plugins/nodename/node_name.go',
  events: [{ kind: 'Node', on: 'Add' }],
  preFilter: (_state, pod) => ((pod.spec?.nodeName ?? '') === '' ? SKIP : null),
  filter: (_state, pod, node) => (pod.spec?.nodeName === node.name ? null : OTHER_NODE),
});
