"""Works a job without a network and sends it when there is one.

    python day.py http://127.0.0.1:PORT LOGIN PASSWORD [DATABASE]
"""

import asyncio
import sys
import tempfile
import time

import hamgam
from hamgam import JobField, JobFieldEdit, JobFilter, JobScope


async def main(address, login, password, database):
    options = hamgam.OpenOptions(
        database_path=database,
        server_address=address,
        device_name="day.py",
        utc_offset_minutes=-time.timezone // 60,
    )
    client = await hamgam.FieldClient.open(options)
    session = await client.sign_in(login, password)
    report = await client.sync()
    print(f"{session.name}: {report.entered} jobs and trips came")

    # From here on nothing needs a network.
    subject = JobFieldEdit(field=JobField.REQUEST_SUBJECT, value=hamgam.FieldValue.TEXT("pump drips"))
    taken = await client.create_job(hamgam.JobKind.VISIT, [subject])
    assigned = [row for row in await client.jobs(JobFilter(scope=JobScope.OPEN)) if row.status.name == "ASSIGNED"]
    print(f"a request was taken down in the field; {len(assigned)} jobs wait to be accepted")
    job = assigned[0].doc if assigned else taken.doc
    try:
        if assigned:
            await client.accept(job)
        await client.arrive(job)
        await client.start_work(job)
        price = hamgam.Money(minor=250_000, currency="IRR")
        van, warranty = hamgam.PartSource.VAN, hamgam.Coverage.WARRANTY
        seal = hamgam.Part(
            part_no="SEAL-12", name="shaft seal", quantity=1000, unit_price=price, source=van, coverage=warranty
        )
        await client.add_part(job, seal)
        await client.set_text(job, hamgam.JobText.DIAGNOSIS, "the seal is worn")
        await client.complete(job, hamgam.Completion(result="runs dry", training_given=True))
    except hamgam.FieldError.NotAllowed as error:
        print("not allowed:", error.info.code, error.info.english)
    await client.record_trip(hamgam.NewTrip(jobs=[job], distance_m=12_000))
    print(len(await client.outbox()), "edits wait on this phone")

    report = await client.sync()
    print(f"{report.accepted} edits are at the office, {report.refused} need attention")
    print("status:", (await client.job(job)).status.name.lower())
    await client.shutdown()


if __name__ == "__main__":
    address, login, password, *rest = sys.argv[1:]
    database = rest[0] if rest else tempfile.mkdtemp() + "/field.sqlite"
    asyncio.run(main(address, login, password, database))
