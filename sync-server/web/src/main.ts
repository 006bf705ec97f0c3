import './app.css';

import { mount } from 'svelte';

import { carry, dressPage, loadMessages } from './lib/language.svelte';
import { loadProblemWords } from './lib/problem';
import { dress } from './lib/theme.svelte';
import App from './shell/App.svelte';

carry(
  import.meta.glob<string>(['../messages/*/*.ftl', '!../messages/*/{nav,phone,problems,shell,sign-in}.ftl'], {
    query: '?raw',
    import: 'default',
  }),
);
dressPage();
dress();
await loadMessages('base');
const target = document.querySelector('#app');
if (target) mount(App, { target });
void loadProblemWords();
