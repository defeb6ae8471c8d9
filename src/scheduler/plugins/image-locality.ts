import type { Pod } from '../../api/kinds/all.ts';
import { definePlugin, MAX_NODE_SCORE, SKIP } from '../framework/plugin.ts';
import { imagesOf } from '../node-info.ts';

const MEBIBYTE = 1024 * 1024;
/** Below this many bytes an image at hand counts nothing; above, per container, everything. */
const FLOOR = 23 * MEBIBYTE;
const CEILING = 1000 * MEBIBYTE;

const STATE = 'ImageLocality/images';

interface Wanted { readonly images: readonly { readonly name: string; readonly spread: number }[]; readonly containers: number }

/** An image name without a tag means `:latest`. */
function withTag(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}

/** Where the bytes at hand lie between the floor and the ceiling. */
function scoreOf(sum: number, containers: number): number {
  const ceiling = CEILING * containers;
  const bounded = Math.min(Math.max(sum, FLOOR), ceiling);
  return Math.floor((MAX_NODE_SCORE * (bounded - FLOOR)) / (ceiling - FLOOR));
}

function imageNames({ spec }: Pod): readonly string[] {
  const names: string[] = [];
  for (const { image = '' } of spec?.initContainers ?? []) names.push(withTag(image));
  for (const { image = '' } of spec?.containers ?? []) names.push(withTag(image));
  return names;
}

/** Prefers nodes that hold the images already; images that are everywhere count more, so that a new one does not draw all pods to its first node. */
export const imageLocality = definePlugin({
  name: 'ImageLocality',
  source: 'pkg/scheduler/framework/plugins/imagelocality/image_locality.go',
  weight: 1,
  preScore(state, pod, _feasible, { nodes }) {
    const names = imageNames(pod);
    const images = names.map(name => ({ name, spread: nodes.nodesWithImage(name) / nodes.size })).filter(image => image.spread > 0);
    if (images.length === 0) return SKIP;
    state.write(STATE, { images, containers: names.length } satisfies Wanted);
    return null;
  },
  score(state, _pod, { node }) {
    const wanted = state.read<Wanted>(STATE);
    if (wanted === undefined) return 0;
    const sizes = imagesOf(node);
    let sum = 0;
    for (const { name, spread } of wanted.images) sum += Math.floor((sizes.get(name) ?? 0) * spread);
    return scoreOf(sum, wanted.containers);
  },
  quickScore(state, places, nodes, scores) {
    const wanted = state.read<Wanted>(STATE);
    if (wanted === undefined) return false;
    scores.fill(0);
    for (const { name, spread } of wanted.images) {
      const sizes = nodes.imageSizes(name);
      for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] as number) + Math.floor((sizes[places[i] as number] as number) * spread);
    }
    for (let i = 0; i < scores.length; i++) scores[i] = scoreOf(scores[i] as number, wanted.containers);
    return true;
  },
});
