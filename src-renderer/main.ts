import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { connect, provideClient } from './client/index.ts';
import { createTranslations } from './i18n.ts';
import { createPanels } from './router.ts';
import { useConnection } from './stores/connection.ts';
import './styles/tokens.css';
import './styles/base.css';

const app = createApp(App).use(createPinia());
app.use(createTranslations()).use(createPanels());
const connection = await connect();
provideClient(connection.client);
app.mount('#app');
useConnection().begin(connection);
