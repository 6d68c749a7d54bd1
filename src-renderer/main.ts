// Puts the app on the page.
import './zod-policy';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { useNotices } from './stores/notices';
import './styles/tokens.css';
import './styles/base.css';

const app = createApp(App).use(createPinia());
app.config.errorHandler = (error) => {
  console.error(error);
  useNotices().fail(error);
};
addEventListener('unhandledrejection', ({ reason }) => {
  useNotices().fail(reason);
});
app.mount('#app');
