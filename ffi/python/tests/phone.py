"""What the tests of the Python bindings share: an app's own HTTP, and a listener."""

import asyncio
import urllib.error
import urllib.request

import hamgam


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class AppHttp(hamgam.HttpClient):
    """HTTP as an app brings it, with a switch for the network."""

    def __init__(self):
        self.online = True
        self.opener = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))

    async def send(self, request):
        if not self.online:
            raise hamgam.HttpError.Unreachable("flight mode")
        return await asyncio.to_thread(self.ask, request)

    def ask(self, request):
        asked = urllib.request.Request(
            request.url,
            data=request.body or None,
            method=request.method,
            headers={header.name: header.value for header in request.headers},
        )
        try:
            answer = self.opener.open(asked, timeout=request.timeout_ms / 1000)
        except urllib.error.HTTPError as error:
            answer = error
        except OSError as error:
            raise hamgam.HttpError.Unreachable(str(error)) from error
        headers = [hamgam.HttpHeader(name=name, value=value) for name, value in answer.headers.items()]
        return hamgam.HttpResponse(status=answer.status, headers=headers, body=answer.read())


class Ears(hamgam.FieldListener):
    """Remembers what it heard, by name."""

    def __init__(self):
        self.heard = []

    def on_event(self, event):
        self.heard.append(type(event).__name__.rpartition(".")[2])


def options(database, address):
    return hamgam.OpenOptions(
        database_path=str(database),
        server_address=address,
        device_name="a phone in Python",
        locale="fa",
        utc_offset_minutes=210,
    )
