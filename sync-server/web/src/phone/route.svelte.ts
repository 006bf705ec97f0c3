// Where in the phone's pages one is. It stands behind the `#`, since the path is the
// phone's address, or that of a file in an app.
let parts = $state.raw(here());

function here(): string[] {
  return location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
}

addEventListener('hashchange', () => {
  parts = here();
  scrollTo(0, 0);
});

/** The name of the page; the first one is that of today. */
export function page(): string {
  return parts[0] || 'today';
}

/** What comes after the name: an id, then a part of its page. */
export function part(index: number): string {
  return parts[index] ?? '';
}

export function go(to: string): void {
  location.hash = `#/${to}`;
}
