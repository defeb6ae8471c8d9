import { definePlugin, unresolvable } from '../framework/plugin.ts';

/** A pod that names its node fits only there. */
export const nodeName = definePlugin({
  name: 'NodeName',
  source: 'pkg/scheduler/framework/plugins/nodename/node_name.go',
  events: [{ kind: 'Node', on: 'Add' }],
  filter(_state, pod, node) {
    const wanted = pod.spec?.nodeName ?? '';
    return wanted === '' || wanted === node.name ? null : unresolvable("node(s) didn't match the requested node name");
  },
});
