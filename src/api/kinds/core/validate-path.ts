/** Paths inside volumes. @source kubernetes pkg/apis/core/validation/validation.go (validateLocalDescendingPath, ValidateLocalNonReservedPath) */
import { invalid } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';

/** A path without steps upwards. */
export function validateNoBacksteps(path: string, at: string, errors: FieldError[]): void {
  if (path.split('/').includes('..')) errors.push(invalid(at, path, "must not contain '..'"));
}

/** A path that stays below where it begins. */
export function validateDescendingPath(path: string, at: string, errors: FieldError[]): void {
  if (path.startsWith('/')) errors.push(invalid(at, path, 'must be a relative path'));
  validateNoBacksteps(path, at, errors);
}

/** The same for files that are written there: names with two dots first are the writer's own. */
export function validateLocalPath(path: string, at: string, errors: FieldError[]): void {
  validateDescendingPath(path, at, errors);
  if (path.startsWith('..') && !path.startsWith('../')) errors.push(invalid(at, path, "must not start with '..'"));
}
