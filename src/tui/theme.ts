/** What a stretch of text on the screen is; a theme says how that looks. */
export const STYLES = [
  'text', 'dim', 'rule', 'title', 'tab', 'tabActive', 'learner', 'tutor', 'cluster', 'note', 'error', 'code', 'good', 'warn', 'bad', 'leader',
  'command', 'resource', 'flag', 'value', 'string', 'wrong', 'comment', 'suggestion', 'popup', 'popupDim', 'selected', 'selectedDim', 'status',
  'statusStrong', 'statusWarn', 'strip',
] as const;

export type Style = (typeof STYLES)[number];

/** SGR parameters by style ('' = the terminal's own look). Meaning never hangs on these alone: marks and words carry it too. */
export type Theme = Readonly<Record<Style, string>>;

/** Dark background, the terminal's own sixteen colours. */
const DARK: Theme = {
  text: '', dim: '90', rule: '90', title: '1', tab: '90', tabActive: '1;7', learner: '1;36', tutor: '32', cluster: '34', note: '90', error: '91',
  code: '36', good: '32', warn: '33', bad: '91', leader: '93', command: '1;36', resource: '33', flag: '35', value: '32', string: '32',
  wrong: '4;91', comment: '90', suggestion: '90', popup: '38;5;255;48;5;238', popupDim: '38;5;250;48;5;238', selected: '1;7', selectedDim: '7', status: '7',
  statusStrong: '1;7', statusWarn: '1;30;43', strip: '',
};

/** Light background: dark, saturated colours only. */
const LIGHT: Theme = {
  ...DARK,
  dim: '38;5;242', rule: '38;5;246', tab: '38;5;242', learner: '1;34', tutor: '38;5;22', cluster: '38;5;54', note: '38;5;242', error: '31',
  code: '38;5;24', good: '38;5;22', warn: '38;5;94', bad: '1;31', leader: '38;5;94', command: '1;34', resource: '38;5;94', flag: '35',
  value: '38;5;22', string: '38;5;22', wrong: '4;31', comment: '38;5;242', suggestion: '38;5;246', popup: '30;48;5;254', popupDim: '38;5;240;48;5;254',
};

/** Nothing grey, everything bold or reversed. */
const HIGH_CONTRAST: Theme = {
  ...DARK,
  dim: '', rule: '1', tab: '', learner: '1;97', tutor: '1;97', cluster: '1;96', note: '97', error: '1;91', code: '1;96', good: '1;92', warn: '1;93',
  bad: '1;97;41', leader: '1;93', command: '1;97', resource: '1;93', flag: '1;95', value: '1;92', string: '1;92', wrong: '1;4;91', comment: '97',
  suggestion: '4', popup: '30;107', popupDim: '30;107', selected: '1;97;44', selectedDim: '97;44', status: '1;30;107', statusStrong: '1;4;30;107',
  statusWarn: '1;97;41',
};

/** Orange, sky blue, bluish green, vermilion and purple: the palette of Okabe and Ito, told apart with every kind of colour vision. */
const COLOUR_BLIND: Theme = {
  ...DARK,
  dim: '38;5;246', rule: '38;5;243', tab: '38;5;246', learner: '1;38;5;117', tutor: '38;5;36', cluster: '38;5;117', note: '38;5;246', error: '1;38;5;202',
  code: '38;5;117', good: '38;5;36', warn: '38;5;214', bad: '1;38;5;202', leader: '38;5;227', command: '1;38;5;117', resource: '38;5;214',
  flag: '38;5;175', value: '38;5;36', string: '38;5;36', wrong: '4;38;5;202', comment: '38;5;246', suggestion: '38;5;243',
  popup: '38;5;255;48;5;237', popupDim: '38;5;250;48;5;237', statusWarn: '1;30;48;5;214',
};

/** No colour at all (NO_COLOR): bold, faint, underlined, reversed. */
const MONO: Theme = {
  ...DARK,
  dim: '2', rule: '2', tab: '', learner: '1', tutor: '', cluster: '', note: '2', error: '1', code: '1', good: '', warn: '1', bad: '1', leader: '1',
  command: '1', resource: '', flag: '', value: '', string: '', wrong: '4', comment: '2', suggestion: '2', popup: '7', popupDim: '7', selected: '1', selectedDim: '', statusWarn: '1;7',
};

const THEMES: readonly (readonly [string, Theme])[] = [
  ['dark', DARK], ['light', LIGHT], ['high-contrast', HIGH_CONTRAST], ['colour-blind', COLOUR_BLIND], ['mono', MONO],
];

/** The names `--theme` takes. */
export const THEME_NAMES: readonly string[] = THEMES.map(([name]) => name);

/** A theme by name (`dark` when unknown); a set NO_COLOR always means `mono`. */
export function themeNamed(name: string, noColor: string | undefined): Theme {
  if (noColor !== undefined && noColor !== '') return MONO;
  return THEMES.find(([known]) => known === name)?.[1] ?? DARK;
}
