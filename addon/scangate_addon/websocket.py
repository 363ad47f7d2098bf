"""Ends a WebSocket with a close frame that says why. mitmproxy has no call for it, so its layer is asked directly."""

from collections.abc import Callable, Iterator
from weakref import WeakKeyDictionary, WeakSet

from mitmproxy import http
from mitmproxy.proxy.layer import Layer, NextLayer
from mitmproxy.proxy.layers.http import HttpLayer
from mitmproxy.proxy.layers.websocket import WebsocketLayer
from wsproto.events import CloseConnection, Event

from scangate_addon import control_frames, hosts

POLICY_VIOLATION = 1008
KEPT_MESSAGES = 1


class Endings:
    """Which WebSockets are to end, and with what words."""

    def __init__(self) -> None:
        self._reasons: WeakKeyDictionary[http.HTTPFlow, str] = WeakKeyDictionary()
        self._watched: WeakSet[http.HTTPFlow] = WeakSet()

    def watch(self, flow: http.HTTPFlow) -> None:
        """Make a WebSocket endable: after each event its layer asks whether it goes on."""
        layer = find_layer(hosts.handler_of(flow.client_conn).layer, flow)
        if layer is None:
            raise LookupError("mitmproxy has no layer for this WebSocket")
        control_frames.seal(layer.client_ws, layer.server_ws)
        for side in (layer.client_ws, layer.server_ws):
            side.events = self._until_ended(side.events, flow)
        self._watched.add(flow)

    def _until_ended(self, events: Callable[[], Iterator[Event]], flow: http.HTTPFlow) -> Callable[[], Iterator[Event]]:
        def run() -> Iterator[Event]:
            for event in events():
                yield event
                if flow in self._reasons:
                    yield CloseConnection(code=POLICY_VIOLATION, reason=self._reasons[flow])
                    return

        return run

    def end(self, flow: http.HTTPFlow, reason: str) -> None:
        """Close both sides with 1008 once the present message is dealt with."""
        self._reasons[flow] = reason
        if flow not in self._watched:
            hosts.end_connection(flow.client_conn, flow.client_conn)

    def is_ended(self, flow: http.HTTPFlow) -> bool:
        """Whether nothing more may pass."""
        return flow in self._reasons


def forget_history(flow: http.HTTPFlow) -> None:
    """Keep the last message only: mitmproxy would keep them all, for ever."""
    if flow.websocket is not None:
        del flow.websocket.messages[:-KEPT_MESSAGES]


def find_layer(root: Layer, flow: http.HTTPFlow) -> WebsocketLayer | None:
    """Return the layer that carries `flow`, from the outermost layer of its client down."""
    if isinstance(root, WebsocketLayer):
        return root if root.flow is flow else None
    found = (find_layer(child, flow) for child in _children(root))
    return next((layer for layer in found if layer is not None), None)


def _children(layer: Layer) -> list[Layer]:
    """The layers below: a layer names them in one of three ways."""
    if isinstance(layer, HttpLayer):
        return list(layer.streams.values())
    named = layer.layer if isinstance(layer, NextLayer) else getattr(layer, "child_layer", None)
    handled_by = getattr(layer._handle_event, "__self__", None)
    children = (named, handled_by)
    return [child for child in children if isinstance(child, Layer) and child is not layer]
