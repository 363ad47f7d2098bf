"""The second key: an addon at the end of mitmproxy's chain that lets out only what the gate has passed.

mitmproxy forwards when a hook raises, and unloads a script that breaks or vanishes while it goes on proxying.
The guard is no part of the script, so it stays, and without a gate nobody grants a pass.
"""

from mitmproxy import dns, http, tcp, tls, udp, websocket
from mitmproxy.addonmanager import AddonManager

from scangate_addon import denial, flowing
from scangate_addon.flowing import Outlet
from scangate_addon.judgement import NoVerdict
from scangate_addon.passes import Passes

NAME = "scangate_guard"
_NOBODY = NoVerdict("error", "the gate did not pass it")


class Guard:
    """Denies whatever carries no pass."""

    name = NAME

    def __init__(self) -> None:
        self.passes = Passes()

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """Refuse a tunnel."""
        if flow.response is None and not self.passes.spend(flow, flow.request):
            deny_tunnel(flow)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Deny until a verdict is there; a streamed body leaves before that, but through an outlet of the gate."""
        if not self._may_flow(flow, flow.request):
            flow.request.stream = False
            deny_by_default(flow)

    def request(self, flow: http.HTTPFlow) -> None:
        """Refuse a request."""
        if self.passes.spend(flow, flow.request):
            return
        if _flows(flow.request) or _is_open(flow.response):
            deny_request(flow)

    def scangate_held(self, flow: http.HTTPFlow) -> None:
        """A body that was held flows through an outlet of the gate, or not at all."""
        if not self._may_flow(flow, flow.request):
            flow.request.stream = False
            deny_by_default(flow)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """A streamed body arrives before its verdict, but through an outlet of the gate."""
        if flow.response is not None and not self._may_flow(flow, flow.response):
            flow.response.stream = False

    def response(self, flow: http.HTTPFlow) -> None:
        """Refuse a response, unless it is a refusal."""
        if not isinstance(flow.response, denial.Refusal) and not self.passes.spend(flow, flow.response):
            deny_response(flow)

    def _may_flow(self, flow: http.HTTPFlow, what: http.Message) -> bool:
        return _flows(what) and self.passes.spend(flow, what.stream)

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Drop a message."""
        if not self.passes.spend(flow, last_message(flow)):
            drop_message(flow)

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """Open every tunnel that the gate did not exempt."""
        if not self.passes.spend(data.context.client, data):
            data.ignore_connection = False

    def tcp_start(self, flow: tcp.TCPFlow) -> None:
        """Raw TCP cannot be scanned."""
        flow.kill()

    def tcp_message(self, flow: tcp.TCPFlow) -> None:
        """Raw TCP cannot be scanned; there is no way to drop a message but to empty it."""
        flow.messages[-1].content = b""

    def udp_start(self, flow: udp.UDPFlow) -> None:
        """Nor can UDP."""
        flow.kill()

    def udp_message(self, flow: udp.UDPFlow) -> None:
        """Nor can UDP."""
        flow.messages[-1].content = b""

    def dns_request(self, flow: dns.DNSFlow) -> None:
        """A name that is looked up is a message to whoever answers for it."""
        flow.kill()


def find_or_add(addons: AddonManager) -> Guard:
    """Return the guard of this mitmproxy, made the first time."""
    found = addons.get(NAME)
    if isinstance(found, Guard):
        return found
    guard = Guard()
    addons.add(guard)
    return guard


def put_last(addons: AddonManager, guard: Guard) -> None:
    """Have the guard see every message after all other addons. A new list: hooks may be walking the old one."""
    addons.chain = [*(addon for addon in addons.chain if addon is not guard), guard]


def deny_by_default(flow: http.HTTPFlow) -> None:
    """Set the refusal that stands until a verdict lifts it."""
    if flow.response is None:
        flow.response = denial.STANDING


def deny_tunnel(flow: http.HTTPFlow) -> None:
    """Refuse a tunnel that nobody gave a verdict on."""
    flow.response = denial.to_connect(denial.unscanned(_NOBODY, request=True))


def deny_request(flow: http.HTTPFlow) -> None:
    """Refuse a request that nobody gave a verdict on; one that has gone for the most part ends without an end."""
    if _flows(flow.request):
        flow.request.trailers = None
        flowing.end(flow, "out")
        return
    flow.response = denial.to_response(denial.unscanned(_NOBODY, request=True), flow)


def drop_message(flow: http.HTTPFlow) -> None:
    """Drop a WebSocket message that nobody gave a verdict on."""
    last_message(flow).drop()


def deny_response(flow: http.HTTPFlow) -> None:
    """Replace a response that nobody gave a verdict on; one that has come for the most part ends without an end."""
    if flow.response is not None and _flows(flow.response):
        flow.response.trailers = None
        if flow.killable:
            flow.kill()
        return
    flow.response = denial.to_response(denial.unscanned(_NOBODY, request=False), flow)


def _flows(what: http.Message) -> bool:
    return isinstance(what.stream, Outlet)


def _is_open(response: http.Response | None) -> bool:
    """Whether nobody has answered the request yet."""
    return response is None or response is denial.STANDING


def last_message(flow: http.HTTPFlow) -> websocket.WebSocketMessage:
    """The WebSocket message that a hook is about."""
    if flow.websocket is None:
        raise ValueError("the flow is no WebSocket")
    return flow.websocket.messages[-1]
