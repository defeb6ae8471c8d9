// @xterm/headless is a CommonJS package whose names Node cannot see from outside.
import xterm from '@xterm/headless';

export const { Terminal } = xterm;
