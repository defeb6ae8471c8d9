/** Names of fields as expressions say them. */
const RESERVED: readonly string[] = ['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'];

/** `in` → `__in__`, `a-b` → `a__dash__b`. @source kubernetes/apiserver pkg/cel/escaping.go */
export function escapedName(name: string): string {
  if (RESERVED.includes(name)) return `__${name}__`;
  return name.replaceAll('__', '__underscores__').replaceAll('.', '__dot__').replaceAll('-', '__dash__').replaceAll('/', '__slash__');
}
