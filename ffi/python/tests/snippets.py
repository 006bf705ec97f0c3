"""Runs the Python of a guide, piece by piece, with what the guide takes for granted.

    python snippets.py PAGE ADDRESS LOGIN PASSWORD DATABASE
"""

import ast
import asyncio
import inspect
import re
import sys

import hamgam

import phone


async def main(page, address, login, password, database):
    known = {"ADDRESS": address, "LOGIN": login, "PASSWORD": password, "DATABASE": database, "hamgam": hamgam}
    with open(page, encoding="utf-8") as file:
        text = file.read()
    pieces = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert pieces, f"no Python in {page}"
    if "FieldClient.open" not in pieces[0]:
        known["client"] = client = await hamgam.FieldClient.open(phone.options(database, address))
        await client.sign_in(login, password)
        await client.sync()
        known["job"] = job = (await client.jobs(hamgam.JobFilter(scope=hamgam.JobScope.OPEN)))[0].doc
        # Something that the server refuses, so that the guide of refusals has one to show.
        client.leave_policy_to_server()
        subject = hamgam.JobFieldEdit(field=hamgam.JobField.REQUEST_SUBJECT, value=hamgam.FieldValue.TEXT("mine"))
        await client.set_job_fields(job, [subject])
        await client.sync()
        assert len(await client.needs_attention()) == 1
    for piece in pieces:
        code = compile(piece, page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        done = eval(code, known)
        if inspect.iscoroutine(done):
            await done
    # No thread of the client may be calling back when the interpreter ends.
    await known["client"].shutdown()
    print(len(pieces), "pieces ran")


asyncio.run(main(*sys.argv[1:]))
