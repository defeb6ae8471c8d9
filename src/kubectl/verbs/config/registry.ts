import type { Command } from '../../command.ts';
import { deleteCluster, deleteContext, deleteUser, renameContext, setCluster, setContext, setCredentials, useContext } from './change.ts';
import { configClusters, configContexts, configCurrent, configUsers, configView } from './look.ts';
import { setProperty, unsetProperty } from './property.ts';

/** Every `kubectl config` command. */
export const configCommands: readonly Command[] = [
  configView, configCurrent, configContexts, configClusters, configUsers, useContext, setContext, renameContext, deleteContext,
  setCluster, deleteCluster, setCredentials, deleteUser, setProperty, unsetProperty,
];
