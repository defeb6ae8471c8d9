/**
 * `kubectl config set` and `unset`: one property by its path, `contexts.NAME.namespace`.
 * @source kubernetes/kubectl pkg/cmd/config/navigation_step_parser.go
 */
import type { Result } from '../../../base/data.ts';
import { base64Fault, encodeBase64Text } from '../../../api/base64.ts';
import { CONTEXT, type Kubeconfig, withEntry } from '../../kubeconfig.ts';
import { isOn } from '../../options.ts';
import { defineChange } from './change.ts';
import { fieldsOf, type Section } from './document.ts';

/** A path taken apart; names may contain dots, so the field is found from the end. */
type Step = { readonly type: 'current' } | { readonly type: 'entry'; readonly section: Section; readonly name: string; readonly field: string };
const SECTIONS: readonly Section[] = ['clusters', 'users', 'contexts'];

function stepOf(path: string): Result<Step, string> {
  if (path === 'current-context') return { ok: true, value: { type: 'current' } };
  const [head = '', ...rest] = path.split('.');
  const section = SECTIONS.find((each) => each === head);
  if (section === undefined) return { ok: false, error: `unable to parse ${path} after [] at api.Config` };
  const last = rest.at(-1) ?? '';
  const hasField = rest.length > 1 && fieldsOf(section).includes(last);
  const name = (hasField ? rest.slice(0, -1) : rest).join('.');
  return { ok: true, value: { type: 'entry', section, name, field: hasField ? last : '' } };
}

export const setProperty = defineChange({
  word: 'set', summary: 'set one property, for example contexts.NAME.namespace', names: 2,
  flags: [{ name: 'set-raw-bytes', type: 'bool', summary: 'the value is not in base64' }],
  examples: [{ line: `kubectl config set contexts.${CONTEXT}.namespace shop`, shows: `Property "contexts.${CONTEXT}.namespace" set.` }],
  change(config, [path = '', value = ''], args) {
    const step = stepOf(path);
    if (!step.ok) return step;
    const said = `Property "${path}" set.`;
    if (step.value.type === 'current') return { ok: true, value: { config: { ...config, current: value }, said } };
    const { section, name, field } = step.value;
    if (name === '' || field === '') return { ok: false, error: `unable to set ${path}: name a field, one of ${fieldsOf(section).join(', ')}` };
    const isData = field.endsWith('-data');
    if (isData && !isOn(args, 'set-raw-bytes') && base64Fault(value) >= 0) return { ok: false, error: `error decoding base64 string: illegal base64 data at input byte ${base64Fault(value)}` };
    const stored = field === 'insecure-skip-tls-verify' ? value === 'true' : isData && isOn(args, 'set-raw-bytes') ? encodeBase64Text(value) : value;
    return { ok: true, value: { config: withEntry(config, section, name, { ...config[section][name], [field]: stored }), said } };
  },
});

export const unsetProperty = defineChange({
  word: 'unset', summary: 'take one property away', names: 1, flags: [],
  examples: [{ line: `kubectl config unset contexts.${CONTEXT}.namespace`, shows: `Property "contexts.${CONTEXT}.namespace" unset.` }],
  change(config, [path = '']) {
    const step = stepOf(path);
    if (!step.ok) return step;
    const said = `Property "${path}" unset.`;
    if (step.value.type === 'current') return { ok: true, value: { config: { ...config, current: '' }, said } };
    const changed = without(config, step.value);
    return changed.ok ? { ok: true, value: { config: changed.value, said } } : changed;
  },
});

function without(config: Kubeconfig, { section, name, field }: Step & { readonly type: 'entry' }): Result<Kubeconfig, string> {
  if (name === '') return { ok: true, value: { ...config, [section]: {} } };
  const entry = config[section][name];
  if (entry === undefined && field !== '') return { ok: false, error: `current map key \`${name}\` is invalid` };
  if (entry === undefined || field === '') return { ok: true, value: withEntry(config, section, name, undefined) };
  const { [field]: _gone, ...rest } = entry;
  return { ok: true, value: withEntry(config, section, name, rest) };
}
