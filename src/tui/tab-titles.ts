import { columnsOf } from '../repl/columns.ts';
import { seg, type StyledLine } from './styled.ts';
import { TABS } from './tabs/registry.ts';

/** The titles of the tabs; the chosen one stands in brackets and reversed. */
export function tabTitles(lang: 'ko' | 'en', chosen: number): StyledLine {
  return TABS.map((tab, i) => seg(titleText(tab.title[lang], i === chosen), i === chosen ? 'tabActive' : 'tab'));
}

/** Which title stands at a column. */
export function tabAt(lang: 'ko' | 'en', column: number): number | undefined {
  let at = 0;
  for (const [i, tab] of TABS.entries()) {
    at += columnsOf(titleText(tab.title[lang], false));
    if (column < at) return i;
  }
  return undefined;
}

function titleText(title: string, isChosen: boolean): string {
  return isChosen ? `[${title}]` : ` ${title} `;
}
