import type { Command } from '../../command.ts';
import { setEnv } from './env.ts';
import { setImage } from './image.ts';
import { setResources, setSelector, setServiceAccount, setSubject } from './others.ts';

/** Every `kubectl set` command. */
export const setCommands: readonly Command[] = [setImage, setEnv, setResources, setSelector, setServiceAccount, setSubject];
