/** Why a file of the learner's machine cannot be used, for people. */

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder', EISDIR: 'it is a folder', ENOTDIR: 'a part of its path is no folder', EACCES: 'this is not permitted', EPERM: 'this is not permitted',
  EROFS: 'the disk is read-only', ENOSPC: 'the disk is full', ENAMETOOLONG: 'the name is too long', EEXIST: 'it is there already', ERR_STRING_TOO_LONG: 'it is too large', ERR_FS_FILE_TOO_LARGE: 'it is too large',
};

/** The reason in words; what is not known keeps the words of the system. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? error.message;
}
