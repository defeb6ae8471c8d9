/** Names in front of functions, which are no values: `optional.of(1)`, `ip.isCanonical('::1')`. They cost nothing. */
import type { ASTNode } from '@marcbachmann/cel-js';

const NAMESPACES: readonly string[] = ['optional', 'ip', 'sets', 'strings', 'format'];

/** Whether what stands before the dot is such a name. */
export const isNamespace = (node: ASTNode): boolean => node.op === 'id' && NAMESPACES.includes(node.args);
