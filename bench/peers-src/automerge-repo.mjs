// automerge-repo over its WebSocket adapters, with NodeFS storage at both ends. A document
// is an Automerge document and its whole history travels, as ours does.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import http from "node:http"
import * as Automerge from "@automerge/automerge"
import { Repo } from "@automerge/automerge-repo"
import { WebSocketClientAdapter, WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket"
import { NodeFSStorageAdapter } from "@automerge/automerge-repo-storage-nodefs"
import { WebSocketServer } from "ws"
import * as shared from "./shared.mjs"

/** Documents that are sent at once while the server is filled. */
const FILL_BATCH = 50

async function serve(port, folder) {
  mkdirSync(folder, { recursive: true })
  const sockets = new WebSocketServer({ noServer: true })
  new Repo({
    network: [new WebSocketServerAdapter(sockets)],
    storage: new NodeFSStorageAdapter(folder),
    peerId: "server",
    // It gives what it is asked for and offers nothing by itself.
    sharePolicy: async () => false,
  })
  const server = http.createServer((_, response) => response.end())
  server.on("upgrade", (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, opened => sockets.emit("connection", opened, request)))
  server.listen(port, "127.0.0.1")
  process.on("SIGTERM", () => setTimeout(() => process.exit(0), 500))
}

const adapter = request => new WebSocketClientAdapter(`ws://127.0.0.1:${request.port}`)

function repository({ network = [], folder }) {
  const storage = folder ? new NodeFSStorageAdapter(folder) : undefined
  return new Repo({ network, storage, peerId: `phone-${process.pid}-${Math.random()}` })
}

/** The storage id of the server, by which acknowledgements are told apart. */
async function connected(repo) {
  await shared.until(() => repo.peers.length > 0 && repo.getStorageIdOfPeer(repo.peers[0]))
  return repo.getStorageIdOfPeer(repo.peers[0])
}

/** The server has everything that the handle has. */
function isAcknowledged(handle, server) {
  const level = () => {
    const theirs = handle.getSyncInfo(server)?.lastHeads ?? []
    const ours = handle.heads()
    return theirs.length === ours.length && ours.every(head => theirs.includes(head))
  }
  if (level()) return Promise.resolve()
  return new Promise(resolve => {
    const look = () => {
      if (!level()) return
      handle.off("remote-heads", look)
      resolve()
    }
    handle.on("remote-heads", look)
  })
}

/** Words that are set as a whole are scalars; only the long texts are merged by letters. */
function shaped(value) {
  if (typeof value === "string") return new Automerge.ImmutableString(value)
  if (value === null || typeof value !== "object") return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shaped(inner)]))
}

function apply(handle, change) {
  handle.change(document => {
    for (const [kind, path, value] of change) {
      let place = document
      for (const key of path.slice(0, -1)) {
        if (!place[key]) place[key] = {}
        place = place[key]
      }
      place[path.at(-1)] = kind === "text" ? value : shaped(value)
    }
  })
}

const idsFile = request => `${request.shared}/automerge-ids.json`
const ids = request => JSON.parse(readFileSync(idsFile(request), "utf8")).slice(0, request.count)
const findAll = (repo, wanted) => Promise.all(wanted.map(id => repo.find(id)))
const hasRemark = (handle, round) => shared.noteKey(round) in (handle.doc().notes ?? {})

/** What it has is on the disk, the state of its exchange with the server included. */
async function settled(repo) {
  await shared.sleep(500)
  await repo.flush()
}

function created(repo, job) {
  const handle = repo.create()
  job.changes.forEach(change => apply(handle, change))
  return handle
}

const works = {
  async seed(request) {
    const jobs = shared.fleet(request)
    return async () => {
      const repo = repository({ network: [adapter(request)] })
      const server = await connected(repo)
      const made = []
      for (let from = 0; from < jobs.length; from += FILL_BATCH) {
        const handles = jobs.slice(from, from + FILL_BATCH).map(job => created(repo, job))
        await Promise.all(handles.map(handle => isAcknowledged(handle, server)))
        made.push(...handles.map(handle => handle.documentId))
      }
      writeFileSync(idsFile(request), JSON.stringify(made))
    }
  },

  async cold(request) {
    const wanted = ids(request)
    return async () => {
      const repo = repository({ network: [adapter(request)], folder: request.folder })
      const handles = await findAll(repo, wanted)
      shared.ensure(handles.every(handle => handle.doc().fields), "a document came empty")
      return { settle: () => settled(repo) }
    }
  },

  async idle(request) {
    const repo = repository({ folder: request.folder })
    await findAll(repo, ids(request))
    return async () => {
      repo.networkSubsystem.addNetworkAdapter(adapter(request))
      await connected(repo)
      // Nothing tells that all is level: the time is that of the last byte on the wire.
      return { ms: null, settle: () => settled(repo) }
    }
  },

  async office(request) {
    const jobs = shared.officeJobs(shared.fleet(request))
    return async () => {
      const repo = repository({ network: [adapter(request)] })
      const server = await connected(repo)
      const handles = await findAll(repo, shared.officeJobs(ids(request)))
      handles.forEach((handle, at) => apply(handle, shared.remark(jobs[at], request.round)))
      await Promise.all(handles.map(handle => isAcknowledged(handle, server)))
    }
  },

  async catch_up(request) {
    const jobs = shared.phoneJobs(shared.fleet(request))
    const repo = repository({ folder: request.folder })
    const handles = await findAll(repo, ids(request))
    const mine = shared.phoneJobs(handles)
    mine.forEach((handle, at) => apply(handle, shared.remark(jobs[at], request.round)))
    await repo.flush()
    return async () => {
      repo.networkSubsystem.addNetworkAdapter(adapter(request))
      const server = await connected(repo)
      await Promise.all(mine.map(handle => isAcknowledged(handle, server)))
      const theirs = shared.officeJobs(handles)
      await shared.until(() => theirs.every(handle => hasRemark(handle, request.round)))
      return { settle: () => settled(repo) }
    }
  },

  async first(request) {
    const [id] = ids(request)
    return async () => {
      const handle = await repository({ network: [adapter(request)] }).find(id)
      shared.ensure(handle.doc().fields, "a document came empty")
    }
  },

  async propagate(request) {
    const [job] = shared.fleet(request)
    const [id] = ids(request)
    const repositories = [1, 2].map(() => repository({ network: [adapter(request)] }))
    const [writer, reader] = await Promise.all(repositories.map(repo => repo.find(id)))
    return () => shared.propagate(
      request,
      number => apply(writer, shared.remark(job, number)),
      number => new Promise(resolve => {
        const look = () => {
          if (!hasRemark(reader, number)) return
          reader.off("change", look)
          resolve()
        }
        reader.on("change", look)
      }),
    )
  },

  async kept(request) {
    return async () => {
      const repo = repository({ network: [adapter(request)] })
      const handles = await findAll(repo, shared.officeJobs(ids(request)))
      return { found: handles.filter(handle => hasRemark(handle, request.round)).length }
    }
  },

  async ingest(request) {
    const jobs = shared.fleet(request)
    const phones = []
    for (let phone = 0; phone < request.phones; phone++) {
      const repo = repository({ network: [adapter(request)] })
      const server = await connected(repo)
      const mine = jobs.slice(phone * request.each, (phone + 1) * request.each)
      const handles = mine.map(job => created(repo, job))
      await Promise.all(handles.map(handle => isAcknowledged(handle, server)))
      phones.push(handles.map((handle, at) => ({ handle, job: mine[at], server })))
    }
    return () => shared.ingest(phones, request.seconds, async (mine, number) => {
      const { handle, job, server } = mine[number % mine.length]
      apply(handle, shared.remark(job, number))
      await isAcknowledged(handle, server)
    })
  },
}

await shared.main(serve, works)
