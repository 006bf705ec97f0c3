// Reads what a screen shows, again with each change that it depends on. What was read
// stays on the screen while it is read again.
import { Refusal } from '../bridge';

export class Reading<T> {
  value = $state.raw<T | undefined>(undefined);
  thrown = $state.raw<Refusal | undefined>(undefined);
  #turn = 0;

  constructor(read: () => Promise<T>) {
    $effect(() => void this.#again(read()));
  }

  async #again(reading: Promise<T>): Promise<void> {
    const turn = (this.#turn += 1);
    try {
      const value = await reading;
      // A slower reading from before does not stand in for a newer one.
      if (turn === this.#turn) this.value = value;
      this.thrown = undefined;
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      this.thrown = thrown;
    }
  }
}
