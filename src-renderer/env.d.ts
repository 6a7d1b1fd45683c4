/** Lets plain `tsc`, which knows nothing of components, check what imports them; `vue-tsc` reads them itself. */
declare module '*.vue' {
  import type { Component } from 'vue';
  const component: Component;
  export default component;
}

declare module '*.css';
