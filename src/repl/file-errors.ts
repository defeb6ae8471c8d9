/** Why a file of the learner's machine cannot be used, for people. */
import type { Lang, Text } from '../base/text.ts';

const REASONS: Readonly<Record<string, Text>> = {
  ENOENT: { ko: '그런 파일이나 폴더가 없어요', en: 'there is no such file or folder' },
  EISDIR: { ko: '파일이 아니라 폴더예요', en: 'it is a folder' },
  ENOTDIR: { ko: '경로 가운데 폴더가 아닌 것이 있어요', en: 'a part of its path is no folder' },
  EACCES: { ko: '권한이 없어요', en: 'this is not permitted' },
  EPERM: { ko: '권한이 없어요', en: 'this is not permitted' },
  EROFS: { ko: '디스크가 읽기 전용이에요', en: 'the disk is read-only' },
  ENOSPC: { ko: '디스크가 가득 찼어요', en: 'the disk is full' },
  ENAMETOOLONG: { ko: '이름이 너무 길어요', en: 'the name is too long' },
  EADDRINUSE: { ko: '그 포트는 벌써 쓰이고 있어요', en: 'it is in use already' },
  EEXIST: { ko: '벌써 있어요', en: 'it is there already' },
  ERR_STRING_TOO_LONG: { ko: '너무 커요', en: 'it is too large' },
  ERR_FS_FILE_TOO_LARGE: { ko: '너무 커요', en: 'it is too large' },
};

/** The reason in words; what is not known keeps the words of the system. */
export function reasonOf(error: unknown, lang: Lang = 'en'): string {
  if (!(error instanceof Error)) return String(error);
  return REASONS[(error as NodeJS.ErrnoException).code ?? '']?.[lang] ?? error.message;
}

/** `FILE: cannot be read: why`. */
export const cannotRead = (file: string, error: unknown, lang: Lang): string => (lang === 'ko' ? `${file}: 읽을 수 없어요. ${reasonOf(error, lang)}.` : `${file}: cannot be read: ${reasonOf(error)}`);
/** `FILE: cannot be written: why`. */
export const cannotWrite = (file: string, error: unknown, lang: Lang): string => (lang === 'ko' ? `${file}: 쓸 수 없어요. ${reasonOf(error, lang)}.` : `${file}: cannot be written: ${reasonOf(error)}`);
