// What is being typed and not given to the client yet. It stays in the browser, letter
// by letter, so that a reload or a crash takes none of it.
const PREFIX = 'hamgam.draft.';

/** Something typed at one place, such as the new note of a job. */
export class Draft<T> {
  readonly #key: string;
  readonly #blank: T;
  value = $state() as T;

  constructor(place: string, blank: T) {
    this.#key = PREFIX + place;
    this.#blank = blank;
    this.value = this.#kept() ?? structuredClone(blank);
  }

  #kept(): T | undefined {
    const text = localStorage.getItem(this.#key);
    return text === null ? undefined : (JSON.parse(text) as T);
  }

  /** Whether something is kept. */
  get isKept(): boolean {
    return localStorage.getItem(this.#key) !== null;
  }

  /** Writes down what stands there now. */
  keep(): void {
    localStorage.setItem(this.#key, JSON.stringify($state.snapshot(this.value)));
  }

  /** Forgets it: the client has it now, or nobody wants it. */
  clear(): void {
    localStorage.removeItem(this.#key);
    this.value = structuredClone(this.#blank);
  }
}
