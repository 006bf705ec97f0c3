"""A technician's day through the Python bindings, in two lives of the app.

`work` ends by waiting to be killed, as a phone's system kills an app; `resume`
opens the same database and prints the job as JSON. ffi/bindings/tests starts both
against a real server, and compares what the office sees.
"""

import asyncio
import datetime
import json
import sys

import hamgam
from hamgam import AttachmentKind, FieldValue, JobField, JobFieldEdit, JobFilter, JobScope, JobText

from phone import AppHttp, Ears, options

NOW = datetime.datetime.now(datetime.timezone.utc)
HOUR = datetime.timedelta(hours=1)


def rial(minor):
    return hamgam.Money(minor=minor, currency="IRR")


async def work(client, http, code):
    ears = Ears()
    subscription = client.observe(ears)
    session = await client.enrol(code)
    assert session.role == hamgam.Role.TECHNICIAN, session
    report = await client.sync()
    assert report.finish == hamgam.Finish.COMPLETE and report.entered == 1, report
    assert {"SESSION_CHANGED", "JOBS_CHANGED", "PROGRESS"} <= set(ears.heard), ears.heard
    subscription.cancel()
    heard = len(ears.heard)

    http.online = False
    [row] = await client.jobs(JobFilter(scope=JobScope.OPEN))
    assert row.status == hamgam.JobStatus.ASSIGNED, row
    job = row.doc
    assert [found.doc for found in await client.search("پمپ")] == [job]
    await client.accept(job)
    await client.contacted(job, "he is at home from nine")
    await client.promise(job, NOW + 2 * HOUR, "traffic")
    await client.start_travel(job, hamgam.GeoPoint(latitude=35.6892, longitude=51.389))
    await client.arrive(job)
    await client.start_work(job)
    again = await client.start_work(job)
    assert again.entry is None, "work runs already"
    seal = hamgam.Part(
        part_no="SEAL-12",
        name="seal",
        quantity=1000,
        unit_price=rial(250_000),
        source=hamgam.PartSource.VAN,
        coverage=hamgam.Coverage.WARRANTY,
    )
    line = await client.add_part(job, seal)
    seal.quantity = 2000
    await client.correct_part(job, line, seal)
    seal.quantity = 1000
    wrong = await client.add_part(job, seal)
    await client.void_part(job, wrong, "counted twice")
    await client.add_note(job, "the stairs are dark")
    await client.answer(job, "leak_test", "tight")
    await client.set_text(job, JobText.DIAGNOSIS, "🔧 seal worn")
    # A wrench is two UTF-16 code units; "seal" begins at the third.
    await client.splice_text(job, JobText.DIAGNOSIS, 3, 4, "shaft seal")
    await client.set_text(job, JobText.DIAGNOSIS, "🔧 shaft seal worn, replaced", "🔧 shaft seal worn")
    await client.add_attachment(job, AttachmentKind.PHOTO, "image/jpeg", b"\xff\xd8 a photo", "the old seal")
    receipt = await client.keep_photo("image/jpeg", b"\xff\xd8 a receipt")
    trip = hamgam.NewTrip(
        jobs=[job],
        started_at=NOW - HOUR,
        ended_at=NOW,
        distance_m=24_000,
        receipts=[hamgam.Receipt(kind=hamgam.ReceiptKind.TOLL, amount=rial(40_000), photo=receipt)],
    )
    recorded = await client.record_trip(trip)
    await client.ask_approval(recorded.doc, "two hours each way")
    # An app whose policy is older than the server's.
    client.leave_policy_to_server()
    await client.set_job_fields(job, [JobFieldEdit(field=JobField.REQUEST_SUBJECT, value=FieldValue.TEXT("my words"))])

    waiting = await client.outbox()
    assert len(waiting) == 21, len(waiting)
    try:
        await client.sync()
        raise AssertionError("there is no network")
    except hamgam.FieldError.Offline as error:
        assert error.info.code == "offline" and error.info.retry == hamgam.Retry.LATER, error.info
    assert len(ears.heard) == heard, "a cancelled subscription hears nothing"
    print("ready", flush=True)
    await asyncio.sleep(600)


async def resume(client):
    assert len(await client.outbox()) == 21, "nothing is lost when the app is killed"
    report = await client.sync()
    assert (report.refused, report.finish) == (1, hamgam.Finish.COMPLETE), report
    [refused] = await client.needs_attention()
    assert refused.reason.code == "not_yours", refused.reason
    assert refused.typed.edits[0].value[0] == "my words", refused.typed
    try:
        await client.correct(refused.id, hamgam.TypedEdit.NOTE(text="of another kind"))
        raise AssertionError("a correction is of the same kind")
    except hamgam.FieldError.NotAllowed as error:
        assert error.info.code == "value_invalid", error.info
    phone = JobFieldEdit(field=JobField.CONTACT_PHONE, value=FieldValue.TEXT("+982188776655"))
    await client.correct(refused.id, hamgam.TypedEdit.FIELDS(edits=[phone]))
    job = refused.doc
    done = hamgam.Completion(result="runs dry", solution="seal replaced", training_given=True)
    await client.complete(job, done)
    # The second exchange proves the first one's answer was taken in.
    await client.sync()
    await client.sync()
    assert await client.outbox() == [] and await client.needs_attention() == []
    assert [blob.state for blob in await client.attachments()] == [hamgam.BlobState.UPLOADED] * 2
    shown = await client.job(job)
    assert all(stretch.ended_at for stretch in shown.labour) and len(shown.labour) == 1
    [trip] = await client.trips_of_job(job)
    said = await client.trip(trip.doc)
    diagnostics = json.loads(await client.export_diagnostics())
    assert diagnostics["outbox"]["refused"] == 1 and diagnostics["panics"] == 0, diagnostics
    print(
        json.dumps(
            {
                "status": shown.status.name.lower(),
                "subject": shown.request.subject,
                "phone": shown.contact.phone,
                "diagnosis": shown.diagnosis,
                "solution": shown.solution,
                "parts": [[part.part.quantity, part.void] for part in shown.parts],
                "notes": [note.text for note in shown.notes],
                "photos": [photo.attachment.caption for photo in shown.attachments],
                "receipts": [line.receipt.amount.minor for line in said.receipts],
                "approval": said.approval_request,
            },
            ensure_ascii=False,
        )
    )


async def main():
    life, database, address, code = sys.argv[1:]
    http = AppHttp()
    client = await hamgam.FieldClient.open(options(database, address), http)
    if life == "work":
        await work(client, http, code)
    else:
        await resume(client)
        await client.shutdown()


asyncio.run(main())
