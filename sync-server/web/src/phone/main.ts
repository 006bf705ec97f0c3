import '../app.css';
import './phone.css';

import { mount } from 'svelte';

import { carry, dressPage, loadMessages } from '../lib/language.svelte';
import { dress } from '../lib/theme.svelte';
import App from './App.svelte';
import { begin } from './phone.svelte';
import { loadWords } from './words';

carry(import.meta.glob<string>('../../messages/*/{phone,words}.ftl', { query: '?raw', import: 'default' }));
dressPage();
dress();
await Promise.all([loadMessages('base', 'words'), loadWords()]);
const target = document.querySelector('#app');
if (target) mount(App, { target });
void begin();
