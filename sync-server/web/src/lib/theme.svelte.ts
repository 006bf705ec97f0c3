// Light or dark: as the system says, until somebody chooses.
const KEPT = 'hamgam.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');
const state = $state({ chosen: localStorage.getItem(KEPT) ?? '', system: dark.matches ? 'dark' : 'light' });

dark.addEventListener('change', () => (state.system = dark.matches ? 'dark' : 'light'));

export function theme(): string {
  return state.chosen || state.system;
}

export function dress(): void {
  document.documentElement.dataset['theme'] = theme();
}

export function turn(): void {
  state.chosen = theme() === 'dark' ? 'light' : 'dark';
  localStorage.setItem(KEPT, state.chosen);
  dress();
}
