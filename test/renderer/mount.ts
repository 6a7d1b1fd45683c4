/** Mounts components of the page with a real lab behind them, in the test's own process. */
import { mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { onTestFinished } from 'vitest';
import type { Component } from 'vue';
import { createLabClient, Lab, nodeHost } from '../../src-main/lab/index.ts';
import { provideClient } from '../../src-renderer/client/index.ts';
import { createTranslations } from '../../src-renderer/i18n.ts';
import { createPanels } from '../../src-renderer/router.ts';
import { useConnection } from '../../src-renderer/stores/connection.ts';
import type { Language } from '../../src-renderer/stores/preferences.ts';
import { temporaryFolder } from '../data/temporary.ts';

/** Options of {@link mountWithLab}. */
export interface MountOptions {
  readonly props?: Record<string, unknown>;
  readonly language?: Language;
  /** Puts something into the lab before the component is mounted. */
  readonly prepare?: (lab: Lab) => unknown;
  /** The address, such as `/library?class=cat`. */
  readonly at?: string;
}

/** A mounted component and the lab behind it. Both end with the test. */
export interface Mounted {
  readonly lab: Lab;
  readonly wrapper: VueWrapper;
}

/** Mounts a component as the page does: stores, translations, addresses, and the lab's changes. */
export async function mountWithLab(component: Component, options: MountOptions = {}): Promise<Mounted> {
  const lab = new Lab({ folder: temporaryFolder(), processHost: nodeHost });
  await options.prepare?.(lab);
  const client = createLabClient(lab);
  provideClient(client);
  localStorage.clear();
  localStorage.setItem('vitrine.language', JSON.stringify(options.language ?? 'en'));
  const pinia = createPinia();
  setActivePinia(pinia);
  const router = createPanels();
  await router.push(options.at ?? '/library');
  const wrapper = mount(component, {
    ...(options.props && { props: options.props }),
    attachTo: document.body,
    global: { plugins: [pinia, createTranslations(), router] },
  });
  useConnection().begin({ onState: (listener) => listener('open') });
  onTestFinished(async () => {
    wrapper.unmount();
    await lab.close();
  });
  return { lab, wrapper };
}

/** Waits until something holds. @throws Error after ten seconds, with what was seen last */
export async function until(holds: () => boolean, seen: () => string = () => ''): Promise<void> {
  const end = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`It did not come to hold within ten seconds. ${seen()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
