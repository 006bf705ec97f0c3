/*
 * A technician's day through the Kotlin bindings on the JVM, in two lives of the app:
 * `work` ends by waiting to be killed, `resume` opens the same database and prints
 * the job as JSON. The same story as ffi/python/tests/day.py.
 */

import ir.hamgam.field.*
import java.io.IOException
import java.net.URI
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers
import java.time.Duration
import java.time.Instant
import java.util.Collections
import kotlin.system.exitProcess
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext

/** HTTP as an app brings it, with a switch for the network. */
class AppHttp : HttpClient {
    var online = true
    private val http = java.net.http.HttpClient.newBuilder().version(java.net.http.HttpClient.Version.HTTP_1_1).build()

    override suspend fun send(request: HttpRequest): HttpResponse = withContext(Dispatchers.IO) {
        if (!online) throw HttpException.Unreachable("flight mode")
        val asked = java.net.http.HttpRequest.newBuilder(URI(request.url))
            .method(request.method, BodyPublishers.ofByteArray(request.body))
            .timeout(Duration.ofMillis(request.timeoutMs.toLong()))
        request.headers.forEach { asked.header(it.name, it.value) }
        try {
            val answer = http.send(asked.build(), BodyHandlers.ofByteArray())
            val headers = answer.headers().map().flatMap { (name, values) -> values.map { HttpHeader(name, it) } }
            HttpResponse(answer.statusCode().toUShort(), headers, answer.body())
        } catch (error: IOException) {
            throw HttpException.Unreachable(error.toString())
        }
    }
}

/** A network that never answers. */
class Hanging : HttpClient {
    val asked = kotlinx.coroutines.CompletableDeferred<Unit>()

    override suspend fun send(request: HttpRequest): HttpResponse {
        asked.complete(Unit)
        delay(600_000)
        throw HttpException.Unreachable("never")
    }
}

/** Remembers what it heard. */
class Ears : FieldListener {
    val heard: MutableList<FieldEvent> = Collections.synchronizedList(mutableListOf())

    override fun onEvent(event: FieldEvent) {
        heard.add(event)
    }
}

fun need(condition: Boolean, what: () -> Any?) {
    if (!condition) throw AssertionError(what())
}

suspend inline fun <reified E : FieldException> fails(code: String, crossinline call: suspend () -> Any?): E {
    try {
        call()
    } catch (error: FieldException) {
        need(error is E && infoOf(error).code == code) { "expected $code: $error" }
        return error as E
    }
    throw AssertionError("expected $code")
}

fun infoOf(error: FieldException): ErrorInfo = when (error) {
    is FieldException.Storage -> error.info
    is FieldException.SignIn -> error.info
    is FieldException.NotAllowed -> error.info
    is FieldException.NotHere -> error.info
    is FieldException.BadInput -> error.info
    is FieldException.Offline -> error.info
    is FieldException.Server -> error.info
    is FieldException.Stopped -> error.info
    is FieldException.Internal -> error.info
}

fun rial(minor: Long) = Money(minor, "IRR")

suspend fun work(client: FieldClient, http: AppHttp, code: String) {
    val ears = Ears()
    val subscription = client.observe(ears)
    need(client.enrol(code).role == Role.TECHNICIAN) { "a technician" }
    val report = client.sync()
    need(report.finish == Finish.COMPLETE && report.entered == 1UL) { report }
    need(ears.heard.any { it is FieldEvent.JobsChanged } && ears.heard.any { it is FieldEvent.Progress }) { ears.heard }
    subscription.cancel()
    val heard = ears.heard.size

    http.online = false
    val job = client.jobs(JobFilter(JobScope.OPEN)).single().doc
    need(client.search("پمپ").single().doc == job) { "found by its subject" }
    fails<FieldException.BadInput>("bad_id") { client.job("no id") }
    client.accept(job)
    client.contacted(job, "he is at home from nine")
    client.promise(job, Instant.now().plusSeconds(7_200), "traffic")
    client.startTravel(job, GeoPoint(35.6892, 51.389))
    client.arrive(job)
    client.startWork(job)
    need(client.startWork(job).entry == null) { "work runs already" }
    val seal = Part(
        partNo = "SEAL-12", name = "seal", quantity = 1000, unitPrice = rial(250_000),
        source = PartSource.VAN, coverage = Coverage.WARRANTY,
    )
    val line = client.addPart(job, seal)
    client.correctPart(job, line, seal.copy(quantity = 2000))
    val wrong = client.addPart(job, seal)
    client.voidPart(job, wrong, "counted twice")
    client.addNote(job, "the stairs are dark")
    client.answer(job, "leak_test", "tight")
    client.setText(job, JobText.DIAGNOSIS, "🔧 seal worn")
    client.spliceText(job, JobText.DIAGNOSIS, 3u, 4u, "shaft seal")
    client.setText(job, JobText.DIAGNOSIS, "🔧 shaft seal worn, replaced", "🔧 shaft seal worn")
    client.addAttachment(job, AttachmentKind.PHOTO, "image/jpeg", byteArrayOf(-1, -40, 1), "the old seal")
    val receipt = client.keepPhoto("image/jpeg", byteArrayOf(-1, -40, 2))
    val trip = NewTrip(
        jobs = listOf(job),
        startedAt = Instant.now().minusSeconds(3_600),
        endedAt = Instant.now(),
        distanceM = 24_000,
        receipts = listOf(Receipt(ReceiptKind.TOLL, rial(40_000), receipt)),
    )
    client.askApproval(client.recordTrip(trip).doc, "two hours each way")
    client.leavePolicyToServer()
    client.setJobFields(job, listOf(JobFieldEdit(JobField.REQUEST_SUBJECT, FieldValue.Text("my words"))))
    val waiting = client.outbox().size
    need(waiting == 21) { "$waiting edits wait" }
    val offline = fails<FieldException.Offline>("offline") { client.sync() }
    need(offline.info.retry == Retry.LATER) { offline.info }
    need(ears.heard.size == heard) { "a cancelled subscription hears nothing" }
    println("ready")
    delay(600_000)
}

suspend fun resume(client: FieldClient) {
    need(client.outbox().size == 21) { "nothing is lost when the app is killed" }
    val report = client.sync()
    need(report.refused == 1UL && report.finish == Finish.COMPLETE) { report }
    val refused = client.needsAttention().single()
    need(refused.reason?.code == "not_yours") { refused.reason }
    val typed = refused.typed as TypedEdit.Fields
    need(typed.edits.single().value == FieldValue.Text("my words")) { typed }
    fails<FieldException.NotAllowed>("value_invalid") { client.correct(refused.id, TypedEdit.Note("of another kind")) }
    val phone = JobFieldEdit(JobField.CONTACT_PHONE, FieldValue.Text("+982188776655"))
    client.correct(refused.id, TypedEdit.Fields(listOf(phone)))
    val job = refused.doc
    client.complete(job, Completion(result = "runs dry", solution = "seal replaced", trainingGiven = true))
    client.sync()
    client.sync()
    need(client.outbox().isEmpty() && client.needsAttention().isEmpty()) { "all is settled" }
    val photos = client.attachments().map { it.state }
    need(photos == List(2) { BlobState.UPLOADED }) { photos }
    val shown = client.job(job)
    need(shown.labour.single().endedAt != null) { shown.labour }
    val said = client.trip(client.tripsOfJob(job).single().doc)
    val quoted = { text: Any? -> if (text is String) "\"$text\"" else text.toString() }
    val parts = shown.parts.map { "[${it.part.quantity}, ${quoted(it.void)}]" }
    println(
        """{"status": "${shown.status.name.lowercase()}", "subject": "${shown.request.subject}",
        "phone": "${shown.contact.phone}", "diagnosis": "${shown.diagnosis}", "solution": "${shown.solution}",
        "parts": $parts, "notes": ${shown.notes.map { quoted(it.text) }},
        "photos": ${shown.attachments.map { quoted(it.attachment.caption) }},
        "receipts": ${said.receipts.map { it.receipt.amount.minor }}, "approval": ${quoted(said.approvalRequest)}}"""
            .replace("\n", " "),
    )
}

/** Cancelling a coroutine cancels the sync; so does a handle. */
suspend fun cancelled(options: OpenOptions) = kotlinx.coroutines.coroutineScope {
    val hanging = Hanging()
    val client = FieldClient.open(options, hanging)
    val syncing = launch { client.sync() }
    hanging.asked.await()
    fails<FieldException.Stopped>("busy") { client.sync() }
    syncing.cancel()
    syncing.join()
    val handle = CancelHandle()
    launch {
        delay(50)
        handle.cancel()
    }
    need(client.sync(null, handle).finish == Finish.CANCELLED) { "cancelled by the handle" }
    client.shutdown()
    fails<FieldException.Stopped>("closed") { client.jobs(JobFilter(JobScope.ALL)) }
}

fun main(args: Array<String>): Unit = runBlocking {
    val (life, database, address, code) = args
    val options = OpenOptions(database, address, "a phone on the JVM", "fa", 210)
    val http = AppHttp()
    val client = FieldClient.open(options, http)
    fails<FieldException.Storage>("database_in_use") { FieldClient.open(options, http) }
    if (life == "work") {
        work(client, http, code)
    } else {
        resume(client)
        client.shutdown()
        cancelled(options)
    }
    exitProcess(0)
}
