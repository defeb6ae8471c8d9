import { etcdTab } from './etcd.ts';
import { eventsTab } from './events.ts';
import { mapTab } from './map.ts';
import type { Tab } from './tab.ts';

/** The tabs of the side pane, in order; Alt-1, Alt-2 … and F2, F3 … choose them. */
export const TABS: readonly Tab[] = [mapTab, eventsTab, etcdTab];
