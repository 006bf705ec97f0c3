// What the month's page asks the server.
import { api, ask, saveAs, type Schemas } from '../lib/api/client';
import { language } from '../lib/language.svelte';
import type { User } from '../lib/session.svelte';

export type Score = Schemas['ScoreBody'];
export type Component = Schemas['ComponentBody'];
export type Figure = Schemas['FigureBody'];
export type FigureName = Figure['figure'];
export type Case = Schemas['CaseBody'];
export type Evidence = Schemas['EvidenceBody'];
export type Effect = Schemas['JobEffectBody'];
export type Objection = Schemas['ObjectionBody'];
export type Agency = Schemas['AgencyBody'];
export type Place = { agency: string; month: string };

/** A technician's rating, as the server explains it. */
export type Rating = {
  surveys: number;
  rating: number;
  stars_shown: number;
  standing: 'no_rating' | 'provisional' | 'rated';
  lower: number;
  satisfied: { share: number; low: number; high: number } | null;
};
export type RatedTechnician = { technician: string; name: string; agency?: string | null; rating: Rating | null };

export function readScore({ agency, month }: Place): Promise<Score> {
  return ask(api.GET('/v1/scores/{agency}/{month}', { params: { path: { agency, month } } }));
}

export async function readFigures({ agency, month }: Place): Promise<Figure[]> {
  const path = { agency, month };
  return (await ask(api.GET('/v1/scores/{agency}/{month}/figures', { params: { path } }))).figures;
}

export type Wanted = { group?: string; met?: boolean };

export function readCases({ agency, month }: Place, figure: FigureName, query: Wanted): Promise<Schemas['FigureCases']> {
  const path = { agency, month, figure };
  return ask(api.GET('/v1/scores/{agency}/{month}/figures/{figure}', { params: { path, query } }));
}

export async function readEvidence({ agency, month }: Place, component?: string): Promise<Evidence[]> {
  const path = { agency, month };
  const call = api.GET('/v1/scores/{agency}/{month}/evidence', { params: { path, query: { component } } });
  return (await ask(call)).rows;
}

export async function readEffects({ agency, month }: Place): Promise<Effect[]> {
  return (await ask(api.GET('/v1/scores/{agency}/{month}/jobs', { params: { path: { agency, month } } }))).jobs;
}

/** The technicians of an agency, the best lower bound first, those without a survey last. */
export async function readRatings({ agency, month }: Place): Promise<RatedTechnician[]> {
  const list = await ask(api.GET('/v1/ratings', { params: { query: { month } } }));
  const lines = list.technicians as unknown as RatedTechnician[];
  return lines.filter((line) => line.agency === agency);
}

/** A rating with everything that it was made of. */
export type RatingExplained = {
  prior: { mean: number; strength: number };
  rating: Rating;
  surveys: { survey: { survey: string; job: string; score: string; technicians: number }; cost: number }[];
  excluded: { case_id: string; job?: string | null; reason?: string | null; known_at: number }[];
};

export async function readRating({ month }: Place, technician: string): Promise<RatingExplained> {
  const call = api.GET('/v1/ratings/{technician}', { params: { path: { technician }, query: { month } } });
  return (await ask(call)).explanation as unknown as RatingExplained;
}

export async function readAgencies(): Promise<Agency[]> {
  return (await ask(api.GET('/v1/agencies'))).agencies;
}

export async function object(place: Place, row: string, text: string): Promise<void> {
  const call = api.POST('/v1/scores/{agency}/{month}/objections', { params: { path: place }, body: { row, text } });
  await ask(call);
}

export async function answer(place: Place, number: number, accepted: boolean, text: string): Promise<void> {
  const path = { ...place, number };
  const body = { accepted, text };
  await ask(api.POST('/v1/scores/{agency}/{month}/objections/{number}/answer', { params: { path }, body }));
}

/** Whether somebody may object: the agency's own representative. */
export function mayObject(user: User): boolean {
  return user.role === 'representative';
}

export function mayAnswer(user: User): boolean {
  return user.role === 'quality';
}

export type Export = { report: string; format: 'csv' | 'xlsx' };

/** Brings a report of the month as a file and hands it to the browser. */
export async function save({ agency, month }: Place, { report, format }: Export): Promise<void> {
  const query = new URLSearchParams({ agency, month, format, lang: language() });
  await saveAs(`${report}-${month}.${format}`, `/v1/reports/${report}?${query.toString()}`);
}
