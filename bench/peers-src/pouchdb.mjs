// PouchDB on LevelDB, against express-pouchdb on LevelDB, over HTTP. A document is plain
// JSON and each change is a revision; replication carries the winning revision only.
import { mkdirSync } from "node:fs"
import http from "node:http"
import express from "express"
import expressPouchdb from "express-pouchdb"
import PouchDB from "pouchdb"
import * as shared from "./shared.mjs"

http.globalAgent.keepAlive = true
http.globalAgent.maxSockets = 256
/** Documents that are written at once while a database is filled. */
const FILL_BATCH = 100

async function serve(port, folder) {
  mkdirSync(folder, { recursive: true })
  const app = express()
  const Stored = PouchDB.defaults({ prefix: `${folder}/` })
  const options = { mode: "minimumForPouchDB", inMemoryConfig: true, logPath: `${folder}/log.txt` }
  app.use("/", expressPouchdb(Stored, options))
  const server = app.listen(port, "127.0.0.1")
  server.keepAliveTimeout = 60_000
  process.on("SIGTERM", () => process.exit(0))
}

const remote = request => new PouchDB(`http://127.0.0.1:${request.port}/fleet`)

function local(request) {
  mkdirSync(request.folder, { recursive: true })
  return new PouchDB(`${request.folder}/phone`)
}

function apply(document, change) {
  for (const [, path, value] of change) {
    let place = document
    for (const key of path.slice(0, -1)) place = place[key] ??= {}
    place[path.at(-1)] = structuredClone(value)
  }
}

/** Writes every change of some jobs as a revision of its own. */
async function fill(database, jobs) {
  const documents = jobs.map(job => ({ _id: job.id }))
  const changes = Math.max(...jobs.map(job => job.changes.length))
  for (let number = 0; number < changes; number++) {
    documents.forEach((document, at) => apply(document, jobs[at].changes[number] ?? []))
    const written = await database.bulkDocs(documents)
    written.forEach((one, at) => {
      shared.ensure(one.ok, `cannot write: ${JSON.stringify(one)}`)
      documents[at]._rev = one.rev
    })
  }
  return documents
}

async function edit(database, job, round) {
  const document = await database.get(job.id)
  apply(document, shared.remark(job, round))
  await database.put(document)
}

async function fillAll(database, jobs) {
  const documents = []
  for (let from = 0; from < jobs.length; from += FILL_BATCH) {
    documents.push(...(await fill(database, jobs.slice(from, from + FILL_BATCH))))
  }
  return documents
}

const works = {
  async seed(request) {
    const jobs = shared.fleet(request)
    return async () => void (await fillAll(remote(request), jobs))
  },

  async cold(request) {
    const phone = local(request)
    await phone.info()
    return async () => {
      const report = await phone.replicate.from(remote(request), { batch_size: 100 })
      shared.ensure(report.docs_written >= request.count, `only ${report.docs_written} documents came`)
    }
  },

  async idle(request) {
    const phone = local(request)
    await phone.info()
    return async () => {
      await PouchDB.sync(phone, remote(request), { batch_size: 100 })
    }
  },

  async office(request) {
    const server = remote(request)
    const jobs = shared.officeJobs(shared.fleet(request))
    return async () => {
      for (const job of jobs) await edit(server, job, request.round)
    }
  },

  async catch_up(request) {
    const phone = local(request)
    for (const job of shared.phoneJobs(shared.fleet(request))) await edit(phone, job, request.round)
    return async () => {
      const report = await PouchDB.sync(phone, remote(request), { batch_size: 100 })
      const { docs_written: came } = report.pull
      const { docs_written: went } = report.push
      shared.ensure(came >= shared.OFFICE_EDITS && went >= shared.PHONE_EDITS, `${came} came, ${went} went`)
    }
  },

  async first(request) {
    const server = remote(request)
    const [job] = shared.fleet(request)
    return async () => shared.ensure((await server.get(job.id)).fields, "a document came empty")
  },

  async propagate(request) {
    const [writer, reader] = [remote(request), remote(request)]
    const [job] = shared.fleet(request)
    let waiting = () => {}
    const feed = reader.changes({ since: "now", live: true, include_docs: true })
    feed.on("change", ({ doc }) => waiting(doc))
    const document = await writer.get(job.id)
    return () => shared.propagate(
      request,
      async number => {
        apply(document, shared.remark(job, number))
        document._rev = (await writer.put(document)).rev
      },
      number => new Promise(resolve => {
        waiting = come => come.notes?.[shared.noteKey(number)] && resolve()
      }),
    )
  },

  async kept(request) {
    const server = remote(request)
    const jobs = shared.officeJobs(shared.fleet(request))
    return async () => {
      const documents = await Promise.all(jobs.map(job => server.get(job.id)))
      return { found: documents.filter(document => document.notes?.[shared.noteKey(request.round)]).length }
    }
  },

  // Straight to the server, which is the quickest that a PouchDB phone can have an edit
  // acknowledged; replicating each edit from a database of the phone's own is slower.
  async ingest(request) {
    const server = remote(request)
    const jobs = shared.fleet(request)
    const documents = await fillAll(server, jobs)
    const phones = Array.from({ length: request.phones }, (_, phone) =>
      documents.map((document, at) => ({ document, job: jobs[at] }))
        .slice(phone * request.each, (phone + 1) * request.each))
    return () => shared.ingest(phones, request.seconds, async (mine, number) => {
      const { document, job } = mine[number % mine.length]
      apply(document, shared.remark(job, number))
      document._rev = (await server.put(document)).rev
    })
  },
}

await shared.main(serve, works)
