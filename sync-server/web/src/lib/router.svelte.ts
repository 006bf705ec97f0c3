// Where in the pages one is. The path names the page; the query holds filters, so that a
// view can be sent to somebody as an address.
type Place = { path: string; query: URLSearchParams };

let place = $state.raw<Place>(here());

function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

export function path(): string {
  return place.path;
}

export function query(name: string): string {
  return place.query.get(name) ?? '';
}

/** Goes to a page of ours. */
export function go(to: string): void {
  if (to === location.pathname + location.search) return;
  history.pushState(null, '', to);
  place = here();
  scrollTo(0, 0);
}

/** Sets filters in the address without a step in the history; an empty one is left out. */
export function setQuery(changes: Record<string, string>): void {
  const next = new URLSearchParams(place.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  if (text === place.query.toString()) return;
  history.replaceState(null, '', text === '' ? place.path : `${place.path}?${text}`);
  place = here();
}

addEventListener('popstate', () => (place = here()));

// Links inside of the pages go without a reload; what opens elsewhere is the browser's.
addEventListener('click', (event) => {
  const link = (event.target as Element | null)?.closest?.('a');
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target || link.hasAttribute('download')) return;
  if (link.hash !== '' || !link.hasAttribute('data-page')) return;
  event.preventDefault();
  go(link.pathname + link.search);
});

/** The parameters of a path that fits a pattern such as `/jobs/:id`; else nothing. */
export function matched(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, found] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== found.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const given = found[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(given);
    else if (part !== given) return undefined;
  }
  return params;
}
