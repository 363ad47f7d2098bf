"""mitmproxy's limit for bodies, held to what is buffered.

mitmproxy refuses a body whose stated length is over `body_size_limit` before any hook could say that it will be
streamed. What it has buffered is measured as before.
"""

from typing import Any

from mitmproxy.proxy.layer import CommandGenerator
from mitmproxy.proxy.layers.http import HttpStream


def install() -> None:
    """Have the limit count bytes that came, not bytes that a header announces."""
    original = HttpStream.check_body_size

    def check_body_size(self: HttpStream, request: bool) -> CommandGenerator[bool]:
        if not (self.request_body_buf if request else self.response_body_buf):
            return False
        return (yield from original(self, request))

    patched: Any = HttpStream
    patched.check_body_size = check_body_size
