// What the list of jobs asks the server.
import { api, ask, type Schemas } from '../lib/api/client';

export type Row = Schemas['JobRowBody'];
export type Sort = 'newest' | 'changed' | 'window';
export type Filter = { q: string; status: string; sort: Sort };

export async function readPage(filter: Filter, cursor?: string): Promise<Schemas['JobListBody']> {
  const query = { q: filter.q || undefined, status: filter.status || undefined, sort: filter.sort, cursor };
  return await ask(api.GET('/v1/jobs', { params: { query } }));
}

/** Rows again; one that is not ours to see any more is left out. */
export async function readJobs(ids: string[]): Promise<Row[]> {
  const query = { id: ids.join(','), limit: ids.length };
  return (await ask(api.GET('/v1/jobs', { params: { query } }))).jobs;
}
