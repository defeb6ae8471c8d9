// What the language itself offers and a deterministic core must not use; and limits that keep functions short.
import parser from '@typescript-eslint/parser';

const closed = ['base', 'sim', 'api', 'etcd', 'client', 'apiserver', 'scheduler', 'controllers', 'kubelet', 'kubeproxy', 'addons', 'kubectl', 'cluster', 'lessons', 'scenario'];
const MATH = ['random', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2', 'sinh', 'cosh', 'tanh', 'exp', 'expm1', 'log', 'log2', 'log10', 'log1p', 'pow', 'sqrt', 'cbrt', 'hypot'];

const bans = [
  { selector: 'NewExpression[callee.name="Date"], MemberExpression[object.name="Date"]', message: 'The core has no wall clock: use out.now.' },
  { selector: 'MemberExpression[object.name="Intl"]', message: 'Intl differs between machines: use compareText.' },
  { selector: `MemberExpression[object.name="Math"][property.name=/^(${MATH.join('|')})$/]`, message: 'Chance comes from out.draw; transcendental functions differ in their last bits: use integers and tables.' },
  { selector: 'BinaryExpression[operator="**"]', message: 'The last bits of ** may differ: multiply.' },
  { selector: 'AwaitExpression, FunctionDeclaration[async=true], FunctionExpression[async=true], ArrowFunctionExpression[async=true], NewExpression[callee.name="Promise"], MemberExpression[object.name="Promise"]', message: 'No promises in the core: ask with yield*.' },
  { selector: 'Program > VariableDeclaration[kind="let"], Program > ExportNamedDeclaration > VariableDeclaration[kind="let"]', message: 'No module-level state: it belongs in the world.' },
  { selector: 'ImportExpression, ForOfStatement[await=true], CallExpression[callee.property.name=/^(then|finally)$/]', message: 'What a closed folder needs it imports at its head: import(…) is a promise.' },
  { selector: ':not(MemberExpression) > Identifier[name="Math"]', message: 'Math is called by its full name, so that what is banned can be seen.' },
  { selector: 'ForInStatement', message: 'Use Object.keys: for…in walks prototypes.' },
  { selector: 'CallExpression[callee.property.name=/^(localeCompare|toLocaleString|toLocaleLowerCase|toLocaleUpperCase)$/]', message: 'Locales differ between machines: use compareText.' },
  { selector: 'NewExpression[callee.name="WeakRef"], NewExpression[callee.name="FinalizationRegistry"]', message: 'Garbage collection must not be observable.' },
];
/** The same by any other name: `const D = Date`, `globalThis.Date`. */
const globals = ['Date', 'Intl', 'Promise', 'WeakRef', 'FinalizationRegistry', 'globalThis', 'eval', 'Function', 'Atomics', 'SharedArrayBuffer'];
/** Walks over plain data at every write: there for…in makes no list of keys and finds values by place, a third of the time of Object.keys. Plain data has no prototype to walk. */
const walks = [
  'src/base/data.ts', 'src/base/compare.ts', 'src/base/recent.ts', 'src/api/strict.ts', 'src/api/zero-values.ts', 'src/api/patch/strategic.ts', 'src/api/fields/compare.ts', 'src/api/fields/outline.ts', 'src/api/fields/set.ts', 'src/etcd/mvcc/size.ts',
];
const everywhere = [
  { selector: 'TSNonNullExpression', message: 'Use must(value, what).' },
  { selector: 'TSAnyKeyword', message: 'Name the type, or unknown.' },
  { selector: 'TSEnumDeclaration, TSModuleDeclaration', message: 'Use closed unions and modules.' },
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
];

export default [
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['src/**/*.ts'], ignores: ['src/**/*.generated.ts'],
    languageOptions: { parser },
    rules: {
      'no-restricted-syntax': ['error', ...everywhere],
      // Exceptions stand in eslint-suppressions.json and may only become fewer.
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['error', { max: 15, variant: 'modified' }], 'max-params': ['error', 3], 'max-depth': ['error', 4],
      'no-var': 'error', 'prefer-const': 'error', eqeqeq: ['error', 'always'], 'no-empty': ['error', { allowEmptyCatch: false }],
    },
  },
  {
    files: closed.map((folder) => `src/${folder}/**/*.ts`), ignores: ['src/**/*.generated.ts'],
    languageOptions: { parser },
    rules: { 'no-restricted-syntax': ['error', ...everywhere, ...bans], 'no-restricted-globals': ['error', ...globals] },
  },
  {
    files: walks,
    languageOptions: { parser },
    rules: { 'no-restricted-syntax': ['error', ...everywhere, ...bans.filter(({ selector }) => selector !== 'ForInStatement')] },
  },
];
