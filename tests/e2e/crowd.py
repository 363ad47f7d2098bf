"""Clients that send clean and secret requests in turn, each over a connection of its own."""

import asyncio
from collections import Counter

from tokens import aws_key_id

# Of these requests the first may pass, the second never.
CLEAN, SECRET = "clean", "secret"


class Crowd:
    """Sends until it is told that it has ended."""

    def __init__(self, via, world, clients: int) -> None:
        host, _, port = via.proxy.removeprefix("http://").partition(":")
        self._proxy, self._world = (host, int(port)), world
        self._clients = clients
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.secrets: list[str] = []
        self.ended = False

    async def run(self) -> None:
        await asyncio.gather(*(self._client() for _ in range(self._clients)))

    async def _client(self) -> None:
        while not self.ended:
            for kind in (CLEAN, SECRET):
                body = "hello"
                if kind == SECRET:
                    body = f"key {aws_key_id()}"
                    self.secrets.append(body.removeprefix("key "))
                self.statuses[kind, await self.send(body)] += 1

    async def send(self, body: str) -> int:
        """Send one request over a connection of its own and return the status, 0 when there was none."""
        url = self._world.plain_url("/note")
        head = f"POST {url} HTTP/1.1\r\nhost: 127.0.0.1:{self._world.origin.plain_port}\r\nconnection: close\r\n"
        try:
            async with asyncio.timeout(30):
                reader, writer = await asyncio.open_connection(*self._proxy)
                writer.write(f"{head}content-length: {len(body)}\r\n\r\n{body}".encode())
                line = await reader.readline()
                writer.close()
        except (OSError, TimeoutError):
            return 0
        return int(line.split()[1]) if line.startswith(b"HTTP/1.1 ") else 0
