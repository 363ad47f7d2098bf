"""Control frames of a WebSocket: mitmproxy relays them past every hook, and logs what a ping carries.

A ping goes on under a number of ours, and its pong comes back with what the ping had: whoever counts on an echo gets
it, and nothing that one side chose reaches the other. A pong that nobody asked for goes on empty; the words with which
a client closes stay here, the code goes on.
"""

import itertools
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace

from mitmproxy.proxy.layers.websocket import WebsocketConnection
from wsproto.events import CloseConnection, Event, Ping, Pong

# Pings of one side that wait for their pong; of more, the oldest get an empty one.
MAX_WAITING = 32


class Pings:
    """The pings that one side has sent."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._waiting: OrderedDict[bytes, bytes] = OrderedDict()

    def number(self, payload: bytes) -> bytes:
        """Return what to send in place of a payload."""
        number = b"%d" % next(self._numbers)
        self._waiting[number] = payload
        if len(self._waiting) > MAX_WAITING:
            self._waiting.popitem(last=False)
        return number

    def waits_for(self, number: bytes) -> bool:
        """Whether a pong answers a ping."""
        return number in self._waiting

    def payload(self, number: bytes) -> bytes:
        """Return what the ping had, once."""
        return self._waiting.pop(number, b"")


def seal(client: WebsocketConnection, server: WebsocketConnection) -> None:
    """Let no byte of a control frame through that its sender chose."""
    of_client, of_server = Pings(), Pings()
    client.events = _sealed(client.events, of_client, of_server, keeps_reason=False)
    server.events = _sealed(server.events, of_server, of_client, keeps_reason=True)
    client.send = _answering(client.send, of_client)
    server.send = _answering(server.send, of_server)


def _sealed(
    events: Callable[[], Iterator[Event]], own: Pings, others: Pings, *, keeps_reason: bool
) -> Callable[[], Iterator[Event]]:
    def run() -> Iterator[Event]:
        for event in events():
            match event:
                case Ping(payload=payload):
                    yield Ping(payload=own.number(bytes(payload)))
                case Pong(payload=payload):
                    yield Pong(payload=bytes(payload) if others.waits_for(bytes(payload)) else b"")
                case CloseConnection() if not keeps_reason:
                    yield replace(event, reason=None)
                case _:
                    yield event

    return run


def _answering(send: Callable[[Event], bytes], own: Pings) -> Callable[[Event], bytes]:
    """What is sent to a side: a pong gets back the payload of its ping."""

    def run(event: Event) -> bytes:
        if isinstance(event, Pong):
            return send(Pong(payload=own.payload(bytes(event.payload))))
        return send(event)

    return run
