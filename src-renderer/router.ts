/** Which panel is shown, by the page's address: `#/train?run=…`. */
import { createRouter, createWebHashHistory } from 'vue-router';
import { PANELS } from './panels/index.ts';

/** Makes the router, one route for each panel. */
export function createPanels() {
  return createRouter({
    history: createWebHashHistory(),
    routes: [
      ...PANELS.map(({ name, load }) => ({ name, path: `/${name}`, component: load })),
      { path: '/:rest(.*)*', redirect: { name: 'library' } },
    ],
  });
}
