"""What goes wrong on phones, through the Python bindings. Needs no server."""

import asyncio
import gc
import http.server
import json
import os
import pathlib
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest

import hamgam

from phone import AppHttp, Ears, options

NOWHERE = "http://127.0.0.1:9"
NOBODY = "01900000-0000-7000-8000-000000000000"


class Captive(http.server.BaseHTTPRequestHandler):
    """A captive portal: it answers everything with a page of its own."""

    def answer(self):
        page = b"<html>Welcome to the hotel</html>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class Hanging(hamgam.HttpClient):
    """A network that never answers."""

    def __init__(self):
        self.asked = asyncio.Event()
        self.given_up = asyncio.Event()

    async def send(self, request):
        self.asked.set()
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            self.given_up.set()
            raise


class Broken(hamgam.HttpClient):
    async def send(self, request):
        raise ValueError("a fault in the app")


class Loud(hamgam.FieldListener):
    def on_event(self, event):
        raise ValueError("a fault in the app")


class BadInput(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.database = self.folder / "field.sqlite"

    async def opened(self, address=NOWHERE, own_http=None):
        client = await hamgam.FieldClient.open(options(self.database, address), own_http)
        self.addAsyncCleanup(client.shutdown)
        return client

    async def fails(self, kind, code, awaited):
        with self.assertRaises(kind) as caught:
            await awaited
        self.assertEqual(caught.exception.info.code, code)
        self.assertEqual(caught.exception.info.message_key, "error." + code)
        self.assertIn(code, str(caught.exception))
        self.assertTrue(caught.exception.info.english)
        return caught.exception.info

    def sign_in_by_hand(self):
        """A session in the database, as a sign-in writes it."""
        connection = sqlite3.connect(self.database)
        connection.execute(
            "INSERT INTO session (one, user, login, name, role, device, access_token, refresh_token)"
            " VALUES (1, randomblob(16), 'omid', 'Omid', 'technician', randomblob(16), 'a', 'r')"
        )
        connection.commit()
        connection.close()

    async def test_wrong_addresses(self):
        for address in ["", "service.example", "ftp://service.example", "http://"]:
            for own_http in [None, AppHttp()]:
                opening = hamgam.FieldClient.open(options(self.database, address), own_http)
                await self.fails(hamgam.FieldError.BadInput, "bad_address", opening)

    async def test_no_network(self):
        client = await self.opened()
        info = await self.fails(hamgam.FieldError.Offline, "offline", client.sign_in("omid", "secret"))
        self.assertEqual(info.retry, hamgam.Retry.LATER)

    async def test_captive_portal(self):
        portal = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Captive)
        threading.Thread(target=portal.serve_forever, daemon=True).start()
        self.addCleanup(portal.server_close)
        self.addCleanup(portal.shutdown)
        for own_http in [None, AppHttp()]:
            client = await self.opened(f"http://127.0.0.1:{portal.server_port}", own_http)
            with self.assertRaises(hamgam.FieldError.Offline):
                await client.enrol("ABCD-EFGH-JKLM")
            self.assertIsNone(await client.session())
            await client.shutdown()

    async def test_database_of_a_newer_version(self):
        client = await self.opened()
        await client.shutdown()
        connection = sqlite3.connect(self.database)
        connection.execute("PRAGMA user_version = 9999")
        connection.commit()
        connection.close()
        info = await self.fails(hamgam.FieldError.Storage, "newer_database", self.opened())
        self.assertEqual(info.parameters["found"], "9999")

    async def test_where_nothing_can_be_written(self):
        self.database = pathlib.Path("/proc/field.sqlite")
        await self.fails(hamgam.FieldError.Storage, "storage", self.opened())

    async def test_a_damaged_database_is_set_aside(self):
        self.database.write_bytes(b"SQLite format 3\0 and then nothing of it" * 100)
        client = await self.opened()
        aside = client.set_aside()
        self.assertTrue(os.path.exists(aside.path))
        self.assertEqual((aside.documents, aside.edits), (0, 0))

    async def test_two_processes_on_one_database(self):
        script = (
            "import asyncio, hamgam, sys; sys.path.insert(0, sys.argv[2]); import phone\n"
            "async def main():\n"
            "    try: await hamgam.FieldClient.open(phone.options(sys.argv[1], 'http://127.0.0.1:9'))\n"
            "    except hamgam.FieldError.Storage as error: print(error.info.code)\n"
            "asyncio.run(main())"
        )
        await self.opened()
        here = os.path.dirname(__file__)
        told = subprocess.run(
            [sys.executable, "-c", script, str(self.database), here], capture_output=True, text=True, check=True
        )
        self.assertEqual(told.stdout.strip(), "database_in_use", told.stderr)

    async def test_calls_after_close(self):
        client = await self.opened()
        await client.shutdown()
        await client.shutdown()
        for awaited in [client.session(), client.accept(NOBODY), client.sync(), client.sign_out()]:
            await self.fails(hamgam.FieldError.Stopped, "closed", awaited)
        with self.assertRaises(hamgam.FieldError.Stopped):
            client.observe(Ears())
        await self.opened()

    async def test_no_thread_is_left_after_shutdown(self):
        client = await self.opened()
        self.sign_in_by_hand()
        subscription = client.observe(Ears())
        edits = [client.create_job(hamgam.JobKind.VISIT, []) for _ in range(20)]
        await asyncio.gather(*edits, client.totals())
        self.assertTrue(self.threads())
        await client.shutdown()
        self.assertEqual(self.threads(), [])
        subscription.cancel()

    def threads(self):
        names = [task.joinpath("comm").read_text().strip() for task in pathlib.Path("/proc/self/task").iterdir()]
        return [name for name in names if name in ("hamgam-client", "hamgam-edits", "hamgam-reads")]

    async def test_invalid_ids_and_values(self):
        client = await self.opened()
        for bad in ["", "x", NOBODY + "0", "💥" * 1000]:
            await self.fails(hamgam.FieldError.BadInput, "bad_id", client.job(bad))
        await self.fails(hamgam.FieldError.NotHere, "unknown_document", client.job(NOBODY))
        await self.fails(hamgam.FieldError.BadInput, "bad_id", client.void_note(NOBODY, "x", "no reason"))
        pole = hamgam.GeoPoint(latitude=91.0, longitude=0.0)
        await self.fails(hamgam.FieldError.BadInput, "value_invalid", client.arrive(NOBODY, pole))
        money = hamgam.Money(minor=1, currency="rial")
        receipt = hamgam.Receipt(kind=hamgam.ReceiptKind.TOLL, amount=money)
        await self.fails(hamgam.FieldError.BadInput, "value_invalid", client.add_receipt(NOBODY, receipt))

    async def test_nobody_signed_in(self):
        client = await self.opened()
        info = await self.fails(hamgam.FieldError.SignIn, "not_signed_in", client.accept(NOBODY))
        self.assertEqual(info.retry, hamgam.Retry.AFTER_SIGN_IN)

    async def test_huge_texts_and_files(self):
        client = await self.opened()
        self.sign_in_by_hand()
        job = (await client.create_job(hamgam.JobKind.VISIT, [])).doc
        for text in ["x" * 20_001, "🔧" * 5_000_000]:
            await self.fails(hamgam.FieldError.NotAllowed, "value_invalid", client.add_note(job, text))
        big = bytes(26 * 1024 * 1024)
        adding = client.add_attachment(job, hamgam.AttachmentKind.PHOTO, "image/jpeg", big)
        info = await self.fails(hamgam.FieldError.BadInput, "attachment_too_large", adding)
        self.assertEqual(info.parameters["bytes"], str(len(big)))
        self.assertEqual(len(await client.outbox()), 1, "only the job itself")

    async def test_a_disk_that_takes_no_more(self):
        client = await self.opened()
        self.sign_in_by_hand()
        job = (await client.create_job(hamgam.JobKind.VISIT, [])).doc
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        largest = max(file.stat().st_size for file in self.folder.iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, before[1]))
        saved = []
        try:
            with self.assertRaises(hamgam.FieldError.Storage):
                for number in range(1_000):
                    await client.add_note(job, f"{number} " + "x" * 9_000)
                    saved.append(number)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        self.assertLess(len(saved), 1_000)
        self.assertEqual(len((await client.job(job)).notes), len(saved))
        await client.add_note(job, "there is room again")
        self.assertEqual(len(await client.outbox(2_000)), len(saved) + 2)

    async def test_offsets_of_texts(self):
        client = await self.opened()
        self.sign_in_by_hand()
        job = (await client.create_job(hamgam.JobKind.VISIT, [])).doc
        text = hamgam.JobText.SOLUTION
        await client.set_text(job, text, "a🔧b")
        for at, delete in [(2, 0), (0, 2), (5, 0), (4, 1), (4_294_967_295, 4_294_967_295)]:
            splice = client.splice_text(job, text, at, delete, "x")
            await self.fails(hamgam.FieldError.NotAllowed, "value_invalid", splice)
        await client.splice_text(job, text, 1, 2, "-")
        self.assertEqual((await client.job(job)).solution, "a-b")

    async def test_a_listener_that_fails(self):
        client = await self.opened()
        self.sign_in_by_hand()
        ears = Ears()
        subscriptions = [client.observe(Loud()), client.observe(ears)]
        saved = await client.create_job(hamgam.JobKind.VISIT, [])
        self.assertIsNotNone(saved.entry)
        self.assertEqual(ears.heard, ["JOBS_CHANGED", "OUTBOX_CHANGED"])
        # Dropping the handle ends it as well as cancelling does.
        del subscriptions
        gc.collect()
        await client.create_job(hamgam.JobKind.VISIT, [])
        self.assertEqual(len(ears.heard), 2)

    async def test_http_of_the_app_that_fails(self):
        client = await self.opened(own_http=Broken())
        await self.fails(hamgam.FieldError.Offline, "offline", client.enrol("ABCD-EFGH-JKLM"))

    async def test_a_sync_is_cancelled(self):
        hanging = Hanging()
        client = await self.opened(own_http=hanging)
        self.sign_in_by_hand()
        # By its handle, from outside.
        handle = hamgam.CancelHandle()
        syncing = asyncio.create_task(client.sync(None, handle))
        await hanging.asked.wait()
        await self.fails(hamgam.FieldError.Stopped, "busy", client.sync())
        handle.cancel()
        self.assertEqual((await syncing).finish, hamgam.Finish.CANCELLED)
        await hanging.given_up.wait()
        # By cancelling the task.
        hanging.asked.clear()
        hanging.given_up.clear()
        syncing = asyncio.create_task(client.sync())
        await hanging.asked.wait()
        syncing.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await syncing
        # By closing the client.
        client = await self.reopened(client, hanging)
        hanging.asked.clear()
        syncing = asyncio.create_task(client.sync())
        await hanging.asked.wait()
        await client.shutdown()
        self.assertEqual((await syncing).finish, hamgam.Finish.CANCELLED)

    async def reopened(self, client, own_http):
        await client.shutdown()
        gc.collect()
        return await self.opened(own_http=own_http)

    async def test_time_runs_out(self):
        client = await self.opened(own_http=Hanging())
        self.sign_in_by_hand()
        report = await client.sync(hamgam.SyncChoices(budget_seconds=0))
        self.assertEqual(report.finish, hamgam.Finish.OUT_OF_TIME)

    async def test_diagnostics_say_nothing_personal(self):
        client = await self.opened()
        self.sign_in_by_hand()
        job = (await client.create_job(hamgam.JobKind.VISIT, [])).doc
        await client.add_note(job, "the customer is Roya")
        told = await client.export_diagnostics()
        self.assertEqual(json.loads(told)["outbox"], {"pending": 2})
        for secret in ["Roya", "omid", "Omid", job, str(self.folder)]:
            self.assertNotIn(secret, told)


if __name__ == "__main__":
    unittest.main(verbosity=2)
