/**
 * Archives of files as byte strings, in the ustar format.
 * @source pubs.opengroup.org ustar Interchange Format
 */

/** Bytes of a block: headers and data come in whole ones. */
const ARCHIVE_BLOCK = 512;
/** Files of one archive. */
const ENTRIES_MAX = 10_000;

/** One file or folder. `mtime` is in Unix seconds; `data` is one character per byte. */
export interface ArchiveEntry { readonly name: string; readonly directory: boolean; readonly data: string; readonly mode: number; readonly mtime: number }

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
const field = (text: string, width: number): string => text.slice(0, width).padEnd(width, '\0');

/** One entry: a header of one block, and the data in whole blocks. */
export function packEntry({ name, directory, data, mode, mtime }: ArchiveEntry): string {
  const long = name.length > 100;
  const prefix = long ? name.slice(0, name.lastIndexOf('/', 155)) : '';
  const short = long ? name.slice(prefix.length + 1) : name;
  const before = field(short, 100) + octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(data.length, 12) + octal(mtime, 12);
  const after = `${directory ? '5' : '0'}${field('', 100)}ustar\x0000${field('root', 32)}${field('root', 32)}${octal(0, 8)}${octal(0, 8)}${field(prefix, 155)}`;
  let sum = 8 * 32;
  for (const part of [before, after]) for (let i = 0; i < part.length; i++) sum += part.charCodeAt(i);
  const header = field(`${before}${sum.toString(8).padStart(6, '0')}\0 ${after}`, ARCHIVE_BLOCK);
  return header + field(data, Math.ceil(data.length / ARCHIVE_BLOCK) * ARCHIVE_BLOCK);
}

const numberAt = (header: string, at: number, width: number): number => Number.parseInt(header.slice(at, at + width).replace(/[\0 ].*$/s, '').trim() || '0', 8) || 0;
const textAt = (header: string, at: number, width: number): string => header.slice(at, at + width).replace(/\0.*$/s, '');

/** The entries of an archive; undefined = it is none. */
export function unpackArchive(archive: string): readonly ArchiveEntry[] | undefined {
  const entries: ArchiveEntry[] = [];
  let longName = '';
  for (let at = 0; at + ARCHIVE_BLOCK <= archive.length && entries.length < ENTRIES_MAX;) {
    const header = archive.slice(at, at + ARCHIVE_BLOCK);
    if (/^\0+$/.test(header)) break;
    const size = numberAt(header, 124, 12);
    const type = header[156] ?? '0';
    const data = archive.slice(at + ARCHIVE_BLOCK, at + ARCHIVE_BLOCK + size);
    if (data.length < size) return undefined;
    at += ARCHIVE_BLOCK + Math.ceil(size / ARCHIVE_BLOCK) * ARCHIVE_BLOCK;
    if (type === 'L') { longName = data.replace(/\0.*$/s, ''); continue; }
    if (type === 'x' || type === 'g') { longName = /\d+ path=([^\n]*)\n/.exec(data)?.[1] ?? longName; continue; }
    const prefix = header.slice(257, 262) === 'ustar' ? textAt(header, 345, 155) : '';
    const name = longName !== '' ? longName : `${prefix === '' ? '' : `${prefix}/`}${textAt(header, 0, 100)}`;
    longName = '';
    if (type === '0' || type === '\0' || type === '5') entries.push({ name, directory: type === '5' || name.endsWith('/'), data, mode: numberAt(header, 100, 8) & 0o777, mtime: numberAt(header, 136, 12) });
  }
  return entries;
}

/** What stands behind the last entry. */
export const archiveEnd: string = '\0'.repeat(2 * ARCHIVE_BLOCK);
