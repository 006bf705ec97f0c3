// Every page: its address, who sees it, its messages, its code. A page is code of its own
// that comes when it is first opened. The server knows the first part of each address
// (`sync-server/src/http/web.rs`); a test holds the two together.
import type { Component } from 'svelte';

import type { IconName } from '../lib/components/Icon.svelte';
import type { Role, User } from '../lib/session.svelte';

export type Params = Record<string, string>;
// A page takes `params` if its path has some; what else a component takes differs by page.
export type Page = { default: Component<any> };

export type Route = {
  path: string;
  roles: Role[];
  /** Files of messages besides the shell's. */
  messages: string[];
  load: () => Promise<Page>;
  /** Its place in the navigation: a message `nav-<name>`, an icon, a key after `g`. */
  nav?: { name: string; icon: IconName; key: string };
};

const HEADS: Role[] = ['dispatcher', 'administrator', 'quality', 'customer_relations', 'representative'];
const DESK: Role[] = [...HEADS, 'desk'];

export const routes: Route[] = [
  {
    path: '/board',
    roles: HEADS,
    messages: ['board', 'words'],
    load: () => import('../board/Board.svelte'),
    nav: { name: 'board', icon: 'board', key: 'b' },
  },
  {
    path: '/jobs',
    roles: HEADS,
    messages: ['jobs', 'words'],
    load: () => import('../jobs/JobList.svelte'),
    nav: { name: 'jobs', icon: 'jobs', key: 'j' },
  },
  {
    path: '/jobs/:id',
    roles: [...HEADS, 'desk'],
    messages: ['job', 'fields', 'board', 'words'],
    load: () => import('../job/JobPage.svelte'),
  },
  {
    path: '/inbox',
    roles: ['dispatcher', 'administrator', 'representative'],
    messages: ['inbox', 'fields', 'words', 'job'],
    load: () => import('../inbox/Inbox.svelte'),
    nav: { name: 'inbox', icon: 'inbox', key: 'i' },
  },
  {
    path: '/desk',
    roles: DESK,
    messages: ['desk', 'words'],
    load: () => import('../desk/DeskPage.svelte'),
    nav: { name: 'desk', icon: 'desk', key: 'd' },
  },
  {
    path: '/desk/new',
    roles: DESK,
    messages: ['desk', 'words'],
    load: () => import('../desk/NewRequest.svelte'),
  },
  {
    path: '/desk/:id',
    roles: DESK,
    messages: ['desk', 'words'],
    load: () => import('../desk/RequestPage.svelte'),
  },
  {
    path: '/month',
    roles: ['representative', 'dispatcher', 'administrator', 'quality'],
    messages: ['month'],
    load: () => import('../month/MonthPage.svelte'),
    nav: { name: 'month', icon: 'month', key: 'm' },
  },
  {
    path: '/admin',
    roles: ['administrator', 'dispatcher'],
    messages: ['admin', 'month'],
    load: () => import('../admin/AdminPage.svelte'),
    nav: { name: 'admin', icon: 'settings', key: 'a' },
  },
];

/** The pages that a person may see. */
export function routesFor(user: User): Route[] {
  return routes.filter((route) => route.roles.includes(user.role));
}

/** Where a person begins. */
export function home(user: User): string {
  return routesFor(user).find((route) => route.nav)?.path ?? '/';
}
