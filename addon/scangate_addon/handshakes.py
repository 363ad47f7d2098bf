"""The keys of a WebSocket's handshake: sixteen bytes that a client may choose, and twenty of the server's.

The server gets a key of ours, and the client the answer to its own, so that neither reads what the other chose.
"""

import base64
import secrets
from weakref import WeakKeyDictionary

from mitmproxy import http
from wsproto.utilities import generate_accept_token

KEY = "sec-websocket-key"
ACCEPT = "sec-websocket-accept"


class Handshakes:
    """The handshakes that wait for their answer."""

    def __init__(self) -> None:
        self._keys: WeakKeyDictionary[http.HTTPFlow, tuple[bytes, bytes]] = WeakKeyDictionary()

    def renew(self, flow: http.HTTPFlow) -> None:
        """Put a key of ours in the place of the client's."""
        headers = flow.request.headers
        if flow.request.data.method != b"GET" or KEY not in headers:
            return
        ours = base64.b64encode(secrets.token_bytes(16))
        self._keys[flow] = (headers[KEY].encode("utf-8", "surrogateescape"), ours)
        headers[KEY] = ours.decode()

    def answer(self, flow: http.HTTPFlow, response: http.Response) -> bool:
        """Answer the client's own key. False where the server did not answer ours."""
        theirs, ours = self._keys.pop(flow, (b"", b""))
        if not ours or response.headers.get(ACCEPT, "") != generate_accept_token(ours).decode():
            return False
        response.headers[ACCEPT] = generate_accept_token(theirs).decode()
        return True
