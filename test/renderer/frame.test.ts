// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import App from '../../src-renderer/App.vue';
import { PANELS } from '../../src-renderer/panels/index.ts';
import { mountWithLab, until } from './mount.ts';

test.each(PANELS.map(({ name }) => name))('the panel %s can be mounted, in an empty lab', async (name) => {
  const { wrapper } = await mountWithLab(App, { at: `/${name}` });
  await until(
    () => wrapper.find('main h1').exists(),
    () => wrapper.html(),
  );
  expect(wrapper.find('nav a[aria-current=page]').text()).toBe(wrapper.find('main h1').text());
});

test('the page speaks Chinese when it is told to', async () => {
  const { wrapper } = await mountWithLab(App, { language: 'zh-CN' });
  await until(() => wrapper.find('main h1').exists());
  expect(wrapper.find('main h1').text()).toBe('图库');
  expect(document.documentElement.lang).toBe('zh-CN');
});
