/** A table with borders, as etcdctl draws it: headers centred, cells to the right.
 * @source olekukonko/tablewriter, etcdctl/ctlv3/command/printer_table.go */
export function asciiTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const titles = header.map((text) => text.toUpperCase());
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  const line = (cells: readonly string[], align: (text: string, width: number) => string): string => `|${widths.map((width, i) => ` ${align(cells[i] ?? '', width)} `).join('|')}|`;
  const centre = (text: string, width: number): string => {
    const left = Math.ceil((width - text.length) / 2);
    return ' '.repeat(left) + text + ' '.repeat(width - text.length - left);
  };
  const right = (text: string, width: number): string => text.padStart(width);
  return [rule, line(titles, centre), rule, ...rows.map((row) => line(row, right)), ...(rows.length > 0 ? [rule] : [])].map((each) => `${each}\n`).join('');
}
