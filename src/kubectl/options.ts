/** Flags and operands of a command, read with their types. */
import type { Impersonation } from '../api/wire.ts';
import type { Arguments, Settings } from './command.ts';

export const textFlag = (args: Arguments, name: string): string => {
  const value = args.flags[name];
  return typeof value === 'string' ? value : '';
};
export const isSet = (args: Arguments, name: string): boolean => args.flags[name] !== undefined;
export const isOn = (args: Arguments, name: string): boolean => args.flags[name] === true;
export const numberFlag = (args: Arguments, name: string): number | undefined => {
  const value = args.flags[name];
  return typeof value === 'number' ? value : undefined;
};
/** Values of a repeatable flag; `a,b` counts as two unless the flag takes texts with commas. */
export function listFlag(args: Arguments, name: string, keepsCommas = false): readonly string[] {
  const value = args.flags[name];
  const list = typeof value === 'string' ? [value] : Array.isArray(value) ? (value as readonly string[]) : [];
  return keepsCommas ? list : list.flatMap((each) => each.split(','));
}

export const operand = (args: Arguments, name: string): string => {
  const value = args.operands[name];
  return typeof value === 'string' ? value : '';
};
export const operands = (args: Arguments, name: string): readonly string[] => {
  const value = args.operands[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
};

export const namespaceOf = (args: Arguments, settings: Settings): string => textFlag(args, 'namespace') || settings.namespace;
export const hasFiles = (args: Arguments): boolean => listFlag(args, 'filename').length > 0 || textFlag(args, 'kustomize') !== '';

/** `--as`, `--as-group`, `--as-uid`, `--as-user-extra`: whom the requests of this command act as. */
export function impersonationOf(args: Arguments): { readonly impersonate?: Impersonation } {
  const user = textFlag(args, 'as');
  const uid = textFlag(args, 'as-uid');
  return user === '' ? {} : { impersonate: { user, groups: listFlag(args, 'as-group'), ...(uid === '' ? {} : { uid }), ...extraOf(listFlag(args, 'as-user-extra')) } };
}

/** `key=value`, each key as often as it has values. */
function extraOf(pairs: readonly string[]): Pick<Impersonation, 'extra'> {
  const extra: Record<string, readonly string[]> = {};
  for (const pair of pairs) {
    const [key = ''] = pair.split('=', 1);
    extra[key.toLowerCase()] = [...extra[key.toLowerCase()] ?? [], pair.slice(key.length + 1)];
  }
  return pairs.length === 0 ? {} : { extra };
}
