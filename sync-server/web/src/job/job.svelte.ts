// One job: read, followed, and what the office does about it.
import { api, ask, type Schemas } from '../lib/api/client';
import type { Changed } from '../lib/live.svelte';

export type Job = Schemas['JobBody'];
export type Entry = Schemas['HistoryEntryBody'];
export type Deadline = Schemas['DeadlineBody'];
export type Fields = Record<string, Record<string, unknown> | undefined>;

export class OneJob {
  job = $state.raw<Job>();
  history = $state.raw<Entry[]>([]);
  problem = $state<unknown>();

  constructor(readonly id: string) {}

  async load(): Promise<void> {
    try {
      const params = { path: { id: this.id } };
      const [job, history] = await Promise.all([
        ask(api.GET('/v1/jobs/{id}', { params })),
        ask(api.GET('/v1/jobs/{id}/history', { params })),
      ]);
      this.job = job;
      this.history = history.entries;
      this.problem = undefined;
    } catch (thrown) {
      this.problem = thrown;
    }
  }

  follow(changed: Changed): void {
    if (changed.all || changed.jobs.includes(this.id)) void this.load();
  }

  /** A field's value, such as `contact.phone`. */
  value(path: string): unknown {
    const [group, name] = path.split('.') as [string, string];
    return (this.job?.fields as Fields | undefined)?.[group]?.[name];
  }

  /** Sets fields as long as the job is as it was read. @throws Problem */
  async edit(fields: Fields, etag: string): Promise<void> {
    const params = { path: { id: this.id }, header: { 'If-Match': `"${etag}"` } };
    await ask(api.PATCH('/v1/jobs/{id}', { params, body: { fields } as Schemas['EditJobRequest'] }));
    await this.load();
  }

  /** @throws Problem */
  async act(what: 'cancel' | 'reopen', reason: string): Promise<void> {
    const params = { path: { id: this.id } };
    const path = what === 'cancel' ? '/v1/jobs/{id}/cancel' : '/v1/jobs/{id}/reopen';
    await ask(api.POST(path, { params, body: { reason } }));
    await this.load();
  }

  /** @throws Problem */
  async close(): Promise<void> {
    await ask(api.POST('/v1/jobs/{id}/close', { params: { path: { id: this.id } } }));
    await this.load();
  }

  /** @throws Problem */
  async note(text: string): Promise<void> {
    await ask(api.POST('/v1/jobs/{id}/notes', { params: { path: { id: this.id } }, body: { text } }));
    await this.load();
  }

  /** @throws Problem */
  async assign(body: Schemas['AssignRequest']): Promise<void> {
    const headers = { 'if-match': `"${this.job?.etag}"` };
    await ask(api.POST('/v1/jobs/{id}/assign', { params: { path: { id: this.id } }, body, headers }));
    await this.load();
  }
}
