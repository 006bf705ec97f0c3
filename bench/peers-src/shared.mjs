// What the programs of all peers share: the fleet, the talk with the benchmark, and the
// loop of phones that send one edit after another.
//
// A program is started as `node <peer>.mjs serve PORT FOLDER`, or as
// `node <peer>.mjs phone REQUEST`, where REQUEST is JSON:
//   {do, port, folder, shared, fleet, count, round, phones, each, seconds, edits, pause_ms}
// A phone says {"ready":true} when it has prepared, works when it reads a line, says what
// it took ({"ms":…}) and ends when its input ends.
import { readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"

/** Documents that the office changes before a catch-up, and that the phone changes. */
export const OFFICE_EDITS = 20
export const PHONE_EDITS = 10

/** The first documents of the fleet: {id, remark, changes: [[op, …], …]}. */
export function fleet(request) {
  const lines = readFileSync(request.fleet, "utf8").split("\n").filter(Boolean)
  if (lines.length < request.count) throw new Error(`the fleet has only ${lines.length} documents`)
  return lines.slice(0, request.count).map(line => JSON.parse(line))
}

/** One more remark on a job, as the operations of one change. */
export function remark(job, round) {
  const note = { author: "technician", at: "2026-01-01T10:00:00Z", text: `${job.remark} ${round}` }
  return [["set", ["notes", noteKey(round)], note]]
}

/** Under which key the remark of a round stands. */
export const noteKey = round => `note-${String(round).padStart(32, "0")}`

/** The jobs that the office edits, and those that the phone edits: never the same. */
export const officeJobs = all => all.slice(0, OFFICE_EDITS)
export const phoneJobs = all => all.slice(OFFICE_EDITS, OFFICE_EDITS + PHONE_EDITS)

export function ensure(holds, message) {
  if (!holds) throw new Error(message)
}

function say(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}

/**
 * Plays one phone. `works` has a function for each thing to do; it prepares and gives the
 * function whose time counts. That may give more to say, and `settle`, which runs before the
 * phone ends and is not in the time.
 */
async function phone(works, request) {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  const work = await works[request.do](request)
  say({ ready: true })
  await lines.next()
  const start = performance.now()
  const { settle, ...more } = (await work()) ?? {}
  say({ ms: performance.now() - start, ...more })
  await lines.next()
  await settle?.()
  process.exit(0)
}

/** The peer's program: a server or a phone. */
export async function main(serve, works) {
  const [, , role, first, second] = process.argv
  try {
    if (role === "serve") await serve(Number(first), second)
    else await phone(works, JSON.parse(first))
  } catch (error) {
    say({ failed: String(error?.stack ?? error) })
    process.exit(1)
  }
}

/**
 * Phones that edit one after another, each with one edit under way, for some seconds.
 * `edit(phone, number)` resolves when the server has acknowledged.
 */
export async function ingest(phones, seconds, edit) {
  const latencies = []
  const start = performance.now()
  const end = start + seconds * 1000
  await Promise.all(phones.map(async one => {
    for (let number = 1; performance.now() < end; number++) {
      const sent = performance.now()
      await edit(one, number)
      latencies.push(performance.now() - sent)
    }
  }))
  return { edits: latencies.length, seconds: (performance.now() - start) / 1000, latencies_ms: latencies }
}

/**
 * One phone edits and another waits for the edit, again and again. `edit(number)` sends;
 * `seen(number)` is asked before that and resolves when the other phone has it.
 */
export async function propagate(request, edit, seen) {
  const latencies = []
  for (let number = 1; number <= request.edits; number++) {
    await sleep(request.pause_ms)
    const arrived = seen(number)
    const sent = performance.now()
    await edit(number)
    await arrived
    latencies.push(performance.now() - sent)
  }
  return { latencies_ms: latencies }
}

/** Does something with each, so many at once. */
export async function some(atOnce, all, work) {
  const left = all.values()
  const one = async () => {
    for (const each of left) await work(each)
  }
  await Promise.all(Array.from({ length: atOnce }, one))
}

/** Waits until something holds; looks often. */
export async function until(holds) {
  while (!holds()) await sleep(1)
}

export { sleep }
