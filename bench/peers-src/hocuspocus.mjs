// Hocuspocus with its SQLite extension, over WebSocket. A document is a Y.Doc; what travels
// and is stored is its state. The server writes some seconds after it has acknowledged.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider"
import { SQLite } from "@hocuspocus/extension-sqlite"
import { Server } from "@hocuspocus/server"
import WebSocket from "ws"
import * as Y from "yjs"
import * as shared from "./shared.mjs"

/** Documents that are open at once while the server is filled. */
const FILL_BATCH = 50
/** Documents that are asked for at once: of more than a hundred the server hangs up. */
const ASKED_AT_ONCE = 80

async function serve(port, folder) {
  mkdirSync(folder, { recursive: true })
  const extensions = [new SQLite({ database: `${folder}/documents.sqlite` })]
  const options = { port, address: "127.0.0.1", quiet: true, stopOnSignals: false, extensions }
  const server = new Server(options)
  await server.listen()
  process.on("SIGTERM", () => {
    server.hocuspocus.flushPendingStores?.()
    setTimeout(() => process.exit(0), 500)
  })
}

const connect = request =>
  new HocuspocusProviderWebsocket({ url: `ws://127.0.0.1:${request.port}`, WebSocketPolyfill: WebSocket })

/** Opens a document on a connection that it shares with the others. */
function open(websocketProvider, job, document = new Y.Doc()) {
  const provider = new HocuspocusProvider({ websocketProvider, name: job.id, document, awareness: null })
  provider.attach()
  return provider
}

const isSynced = provider =>
  new Promise(resolve => (provider.isSynced ? resolve() : provider.on("synced", () => resolve())))

function isAcknowledged(provider) {
  if (!provider.hasUnsyncedChanges) return Promise.resolve()
  return new Promise(resolve => {
    const look = () => {
      if (provider.hasUnsyncedChanges) return
      provider.off("unsyncedChanges", look)
      resolve()
    }
    provider.on("unsyncedChanges", look)
  })
}

function shaped(value) {
  if (value === null || typeof value !== "object") return value
  const map = new Y.Map()
  for (const [key, inner] of Object.entries(value)) map.set(key, shaped(inner))
  return map
}

function apply(document, change) {
  document.transact(() => {
    for (const [kind, path, value] of change) {
      let place = document.getMap("job")
      for (const key of path.slice(0, -1)) {
        if (!place.has(key)) place.set(key, new Y.Map())
        place = place.get(key)
      }
      place.set(path.at(-1), kind === "text" ? new Y.Text(value) : shaped(value))
    }
  })
}

const hasRemark = (document, round) => document.getMap("job").get("notes")?.has(shared.noteKey(round)) ?? false
const saved = (request, job) => `${request.folder}/${job.id}`

function load(request) {
  return shared.fleet(request).map(job => {
    const document = new Y.Doc()
    Y.applyUpdate(document, readFileSync(saved(request, job)))
    return { job, document }
  })
}

async function fill(request, connection, jobs) {
  const providers = jobs.map(job => open(connection, job))
  await Promise.all(providers.map(isSynced))
  providers.forEach((provider, at) => jobs[at].changes.forEach(change => apply(provider.document, change)))
  await Promise.all(providers.map(isAcknowledged))
  return providers
}

const works = {
  async seed(request) {
    const jobs = shared.fleet(request)
    return async () => {
      const connection = connect(request)
      for (let from = 0; from < jobs.length; from += FILL_BATCH) {
        const providers = await fill(request, connection, jobs.slice(from, from + FILL_BATCH))
        providers.forEach(provider => provider.destroy())
      }
      // It stores two seconds after the last edit, ten at most.
      return { settle: () => shared.sleep(3_000) }
    }
  },

  async cold(request) {
    const jobs = shared.fleet(request)
    mkdirSync(request.folder, { recursive: true })
    return async () => {
      const connection = connect(request)
      await shared.some(ASKED_AT_ONCE, jobs, async job => {
        const provider = open(connection, job)
        await isSynced(provider)
        const { document } = provider
        shared.ensure(document.getMap("job").size > 1, `${job.id} came empty`)
        writeFileSync(saved(request, job), Y.encodeStateAsUpdate(document))
      })
    }
  },

  async idle(request) {
    const held = load(request)
    return async () => {
      const connection = connect(request)
      await shared.some(ASKED_AT_ONCE, held, ({ job, document }) => isSynced(open(connection, job, document)))
    }
  },

  async office(request) {
    const jobs = shared.officeJobs(shared.fleet(request))
    return async () => {
      const connection = connect(request)
      const providers = jobs.map(job => open(connection, job))
      await Promise.all(providers.map(isSynced))
      providers.forEach((provider, at) => apply(provider.document, shared.remark(jobs[at], request.round)))
      await Promise.all(providers.map(isAcknowledged))
    }
  },

  async catch_up(request) {
    const held = load(request)
    const mine = shared.phoneJobs(held)
    mine.forEach(({ job, document }) => apply(document, shared.remark(job, request.round)))
    return async () => {
      const connection = connect(request)
      await shared.some(ASKED_AT_ONCE, held, async ({ job, document }) => {
        const provider = open(connection, job, document)
        await isSynced(provider)
        await isAcknowledged(provider)
      })
      const theirs = shared.officeJobs(held)
      await shared.until(() => theirs.every(({ document }) => hasRemark(document, request.round)))
    }
  },

  async first(request) {
    const [job] = shared.fleet(request)
    return async () => {
      const provider = open(connect(request), job)
      await isSynced(provider)
      shared.ensure(provider.document.getMap("job").size > 1, "a document came empty")
    }
  },

  async propagate(request) {
    const [job] = shared.fleet(request)
    const [writer, reader] = [open(connect(request), job), open(connect(request), job)]
    await Promise.all([writer, reader].map(isSynced))
    return () => shared.propagate(
      request,
      number => apply(writer.document, shared.remark(job, number)),
      number => new Promise(resolve => {
        const look = () => {
          if (!hasRemark(reader.document, number)) return
          reader.document.off("update", look)
          resolve()
        }
        reader.document.on("update", look)
      }),
    )
  },

  async kept(request) {
    const jobs = shared.officeJobs(shared.fleet(request))
    return async () => {
      const connection = connect(request)
      const providers = jobs.map(job => open(connection, job))
      await Promise.all(providers.map(isSynced))
      return { found: providers.filter(provider => hasRemark(provider.document, request.round)).length }
    }
  },

  async ingest(request) {
    const jobs = shared.fleet(request)
    const phones = []
    for (let phone = 0; phone < request.phones; phone++) {
      const mine = jobs.slice(phone * request.each, (phone + 1) * request.each)
      phones.push((await fill(request, connect(request), mine)).map((provider, at) => ({ provider, job: mine[at] })))
    }
    return () => shared.ingest(phones, request.seconds, async (mine, number) => {
      const { provider, job } = mine[number % mine.length]
      apply(provider.document, shared.remark(job, number))
      await isAcknowledged(provider)
    })
  },
}

await shared.main(serve, works)
