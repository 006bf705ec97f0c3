// What a technician does next on a job, and what else may be done with it. The client
// judges every step; here stands only what is offered first.
import type { Calls, JobDetail, JobStatus } from './surface';

/** Steps that need no words. */
export type Plain = 'accept' | 'startTravel' | 'arrive' | 'startWork' | 'stopWork';
/** Steps with a reason, a remark or a date. */
export type Worded =
  | 'decline'
  | 'contacted'
  | 'promise'
  | 'proposeDate'
  | 'waitForPart'
  | 'waitForCustomer'
  | 'reopen';
export type Step = Plain | Worded | 'complete';

const NEXT: Record<JobStatus, Step | undefined> = {
  new: 'startTravel',
  assigned: 'accept',
  accepted: 'startTravel',
  travelling: 'arrive',
  onSite: 'startWork',
  working: 'complete',
  waitingPart: 'startWork',
  waitingCustomer: 'startWork',
  done: undefined,
  closed: undefined,
  cancelled: undefined,
};

const OTHERS: Record<JobStatus, Step[]> = {
  new: ['startWork', 'contacted', 'promise'],
  assigned: ['decline', 'proposeDate', 'contacted', 'promise'],
  accepted: ['startWork', 'contacted', 'promise', 'proposeDate', 'waitForPart', 'waitForCustomer', 'decline'],
  travelling: ['contacted', 'promise', 'waitForCustomer', 'decline'],
  onSite: ['contacted', 'promise', 'waitForPart', 'waitForCustomer', 'complete'],
  working: ['waitForPart', 'waitForCustomer', 'stopWork', 'contacted', 'promise'],
  waitingPart: ['contacted', 'promise', 'complete'],
  waitingCustomer: ['contacted', 'promise', 'complete'],
  done: ['reopen'],
  closed: [],
  cancelled: [],
};

/** The step of the big button. Bench work needs no journey. */
export function nextStep(job: JobDetail): Step | undefined {
  const next = NEXT[job.status];
  return job.kind === 'bench' && next === 'startTravel' ? 'startWork' : next;
}

export function otherSteps(job: JobDetail): Step[] {
  return OTHERS[job.status];
}

/** What a worded step asks for. */
export const ASKS: Record<Worded, { reason: 'reason' | 'remark'; isNeeded: boolean; date: boolean }> = {
  decline: { reason: 'reason', isNeeded: true, date: false },
  contacted: { reason: 'remark', isNeeded: false, date: false },
  promise: { reason: 'reason', isNeeded: true, date: true },
  proposeDate: { reason: 'reason', isNeeded: false, date: true },
  waitForPart: { reason: 'reason', isNeeded: true, date: false },
  waitForCustomer: { reason: 'reason', isNeeded: true, date: false },
  reopen: { reason: 'reason', isNeeded: true, date: false },
};

export function isWorded(step: Step): step is Worded {
  return step in ASKS;
}

/** Where the phone is, if it may tell and does so at once. */
export async function place(): Promise<Calls['arrive'][0]['position']> {
  const allowed = await navigator.permissions?.query({ name: 'geolocation' }).catch(() => undefined);
  if (allowed?.state !== 'granted') return null;
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ latitude: coords.latitude, longitude: coords.longitude }),
      () => resolve(null),
      { timeout: 3_000, maximumAge: 60_000 },
    );
  });
}
