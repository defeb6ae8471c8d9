/** kubectl's JSONPath. */
export { evaluateJsonPath, findJsonPath, sortedJson } from './jsonpath/evaluate.ts';
export { parseJsonPath, relaxedJsonPath } from './jsonpath/parse.ts';
export type { TemplatePart } from './jsonpath/parse.ts';
