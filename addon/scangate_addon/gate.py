"""The hooks: each asks for a verdict and acts on it. Nothing passes without one."""

import logging
from collections.abc import Callable

from mitmproxy import ctx, http, tls
from mitmproxy.addonmanager import Loader
from mitmproxy.connection import Server
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from scangate_addon import changes, denial, flowing, guard, hosts, marks, message, options, rewrite, websocket
from scangate_addon.backends import open_backend
from scangate_addon.closed import fail_closed
from scangate_addon.deadlines import Deadlines
from scangate_addon.denial import Denial, Refusal
from scangate_addon.flowing import Outlet
from scangate_addon.handshakes import Handshakes
from scangate_addon.judge import Judge
from scangate_addon.judgement import Backend, Edited, Judgement, NoVerdict
from scangate_addon.signer import Signer
from scangate_addon.streams import Streams
from scangate_addon.tunnels import Tunnels

log = logging.getLogger("scangate")
_UPGRADED = NoVerdict("error", "the protocol it switches to cannot be scanned")
_ENDLESS = NoVerdict("unavailable", "the response did not end in time")
_UNANSWERED = NoVerdict("error", "its handshake is no answer to ours")


class Gate:
    """The addon that mitmproxy's script loader sees."""

    name = "scangate"

    def __init__(self, opener: Callable[[options.Settings], Backend] = open_backend) -> None:
        self._judge = Judge(opener, options.bound_bodies)
        self._guard = guard.Guard()
        self._deadlines = Deadlines(self._endless)
        self._endings = websocket.Endings()
        self._handshakes = Handshakes()
        self._streams = Streams(self._judge)
        self._tunnels = Tunnels(self._may_be_reached)
        self._buffer_s = 1
        self._signer: Signer | None = None

    def load(self, loader: Loader) -> None:
        """Declare options, and close what mitmproxy leaves open."""
        options.declare(loader)
        options.harden(loader.master.options)
        changes.install()
        self._guard = guard.find_or_add(loader.master.addons)

    def configure(self, updated: set[str]) -> None:
        """Check the options; open the scanner that they name."""
        guard.put_last(ctx.master.addons, self._guard)
        settings = options.read(ctx.options)
        self._buffer_s = settings.buffer_s
        if "scangate_signer" in updated:
            self._ask_for_leaves(settings.signer)
        self._streams.min_bytes = settings.stream_bytes
        if not self._judge.is_open or any(name.startswith("scangate_") for name in updated):
            self._judge.open(settings)

    def running(self) -> None:
        """Ask for the policy, now that there is a loop to wait on and every addon is there."""
        guard.put_last(ctx.master.addons, self._guard)
        self._judge.ask_for_policy()
        marks.show_comments(ctx.options)

    def done(self) -> None:
        """Let go of the scanner: the guard stays, and without a scanner nothing gets a pass."""
        self._judge.close()
        self._ask_for_leaves(None)

    def _ask_for_leaves(self, socket: str | None) -> None:
        if self._signer is not None:
            self._signer.close()
        self._signer = None if socket is None else Signer(socket)

    @fail_closed(guard.deny_tunnel)
    async def http_connect(self, flow: http.HTTPFlow) -> None:
        """Decide the host of a tunnel on its target, before anything is dialled."""
        if flow.response is not None:
            return
        flow.response = denial.STANDING
        target = message.Connect(flow.request.host, flow.request.port)
        refusal = await self._refusal(flow, target, "to", rewrite.cannot_edit)
        flow.response = None if refusal is None else denial.to_connect(refusal)
        if refusal is None:
            self._guard.passes.grant(flow, flow.request)

    async def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """Leave a tunnel closed where the policy says so and it is who it says; else have a leaf for it."""
        policy = self._judge.policy
        if policy is not None and await self._tunnels.may_stay_closed(policy, data):
            data.ignore_connection = True
            self._guard.passes.grant(data.context.client, data)
        elif self._signer is not None:
            await self._signer.provide(ctx.master.addons.get("tlsconfig").certstore, data)

    def tls_start_server(self, data: tls.TlsData) -> None:
        """Fix what the client could otherwise say in the hello to the server."""
        if isinstance(data.conn, Server):
            hosts.preset_hello(data.context.client, data.conn)

    async def server_connected(self, data: ServerConnectionHookData) -> None:
        """Look at the address that the host's name led to, before a byte is sent there."""
        try:
            host, port, *_ = data.server.address or ("", 0)
            may_pass = await self._may_be_reached(message.tunnel(data.client, data.server, host, port))
            may_pass = may_pass and await self._tunnels.may_lead_to(data.client, data.server)
        except BaseException:
            hosts.hang_up(data.client, data.server)
            raise
        if not may_pass:
            hosts.hang_up(data.client, data.server)

    async def _may_be_reached(self, target: message.Connect) -> bool:
        try:
            judgement = await self._judge.verdict(target)
        except NoVerdict as error:
            return self._judge.lets_pass(error.failure, "out")
        if judgement.verdict != "allow":
            host = "(name not shown)" if judgement.is_in_name else target.host
            log.warning("block connection to %s: %s, scan %s", host, judgement.reason_code, judgement.scan_id)
        return judgement.verdict == "allow"

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Deny by default: only an explicit verdict lifts it, in `request`, or here where a long body may flow."""
        if hosts.is_recorded(flow):
            return
        guard.deny_by_default(flow)
        rewrite.narrow(flow.request, whole=self._judge.judges_inbound)
        outlet = self._streams.of_request(flow)
        if outlet is not None:
            self._guard.passes.grant(flow, outlet)

    async def scangate_held(self, flow: http.HTTPFlow) -> None:
        """Let a long upload flow from here on, now that its beginning is there to be looked at."""
        outlet = await self._streams.of_held(flow)
        if outlet is not None:
            self._guard.passes.grant(flow, outlet)

    @fail_closed(guard.deny_request)
    async def request(self, flow: http.HTTPFlow) -> None:
        """Let a request out on an explicit verdict."""
        request = flow.request
        if hosts.is_recorded(flow):
            await self._report(flow, request, message.request_of(flow), "out")
            return
        if isinstance(request.stream, Outlet):
            await self._end_of(flow, request, "out", guard.deny_request)
            return
        if not isinstance(flow.response, Refusal):
            return
        what = message.request_of(flow)
        refusal = await self._refusal(flow, what, "out", lambda edited: rewrite.edit_request(request, edited))
        if refusal is None:
            self._handshakes.renew(flow)
            flow.response = None
            self._guard.passes.grant(flow, request)
        else:
            flow.response = denial.to_response(refusal, flow)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Let a response flow, or give it only so long to end."""
        if flow.response is None or isinstance(flow.response, Refusal) or hosts.is_recorded(flow):
            return
        rewrite.stay_on_this_way(flow.response)
        self._deadlines.start(flow, self._buffer_s)
        outlet = self._streams.of_response(flow)
        if outlet is not None:
            self._guard.passes.grant(flow, outlet)
            self._deadlines.stop(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        """Stop waiting for a response that failed."""
        self._deadlines.stop(flow)

    @fail_closed(guard.deny_response)
    async def response(self, flow: http.HTTPFlow) -> None:
        """Let a response in on an explicit verdict."""
        response, came_whole = flow.response, self._deadlines.stop(flow)
        if response is None or isinstance(response, Refusal):
            return
        if hosts.is_recorded(flow):
            await self._report(flow, response, message.response_of(flow, response), "in")
            return
        if isinstance(response.stream, Outlet):
            await self._end_of(flow, response, "in", guard.deny_response)
            return
        refusal = await self._response_refusal(flow, response, came_whole)
        if refusal is None:
            self._guard.passes.grant(flow, response)
        else:
            flow.websocket = None
            flow.response = denial.to_response(refusal, flow)

    async def _end_of(
        self,
        flow: http.HTTPFlow,
        what: http.Request | http.Response,
        direction: str,
        cut: Callable[[http.HTTPFlow], None],
    ) -> None:
        """Let the end of a body that flowed pass, with its trailers, if all of it was let out."""
        outlet = what.stream
        if not isinstance(outlet, Outlet) or not outlet.came_whole:
            cut(flow)
            return
        trailers = message.trailers_of(flow, what) if what.trailers else None
        refusal = (
            None if trailers is None else await self._refusal(flow, trailers, direction, rewrite.cannot_edit_trailers)
        )
        if refusal is None:
            self._guard.passes.grant(flow, what)
        else:
            flowing.end(flow, direction, refusal)
            cut(flow)

    async def _response_refusal(self, flow: http.HTTPFlow, response: http.Response, came_whole: bool) -> Denial | None:
        if not came_whole:
            return self._unscanned(flow, _ENDLESS, "in")
        if response.status_code == 101 and flow.websocket is None:
            return self._unscanned(flow, _UPGRADED, "in")
        if flow.websocket is not None and not self._handshakes.answer(flow, response):
            return self._unscanned(flow, _UNANSWERED, "in")
        what = message.response_of(flow, response)
        return await self._refusal(flow, what, "in", lambda edited: rewrite.edit_response(response, edited))

    def _endless(self, flow: http.HTTPFlow) -> http.Response | None:
        """The refusal of a response that does not end, unless the policy lets it pass as far as it came."""
        if self._judge.lets_pass(_ENDLESS.failure, "in"):
            return None
        return denial.to_response(denial.unscanned(_ENDLESS, request=False), flow)

    def websocket_start(self, flow: http.HTTPFlow) -> None:
        """Make the WebSocket endable."""
        if not hosts.is_recorded(flow):
            self._endings.watch(flow)

    @fail_closed(guard.drop_message)
    async def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Drop a message, and take it back on an explicit verdict."""
        heard = guard.last_message(flow)
        if hosts.is_recorded(flow):
            direction = "out" if heard.from_client else "in"
            await self._report(flow, heard, message.websocket_of(flow, heard), direction)
            return
        websocket.forget_history(flow)
        heard.drop()
        if self._endings.is_ended(flow):
            return
        what = message.websocket_of(flow, heard)
        direction = "out" if heard.from_client else "in"
        refusal = await self._refusal(flow, what, direction, lambda edited: rewrite.edit_websocket(heard, edited))
        if refusal is None:
            heard.dropped = False
            self._guard.passes.grant(flow, heard)
        else:
            self._endings.end(flow, denial.to_close_reason(refusal))

    async def _report(self, flow: http.HTTPFlow, recorded: object, what: message.Message, direction: str) -> None:
        """Say what a recorded message would have got, and leave it as it is: `mitmdump -nr FILE`."""
        await self._refusal(flow, what, direction, rewrite.leave_as_it_is)
        self._guard.passes.grant(flow, recorded)

    async def _refusal(
        self, flow: http.HTTPFlow, what: message.Message, direction: str, edit: Callable[[Edited], None]
    ) -> Denial | None:
        """Return why a message may not pass, or None; a redaction is carried out with `edit`."""
        try:
            if not isinstance(what, message.Connect) and what.body is None:
                raise NoVerdict("error", "mitmproxy did not keep the body")
            judgement = await self._judge.verdict(what)
            return self._act_on(flow, judgement, direction, edit)
        except NoVerdict as error:
            return self._unscanned(flow, error, direction)

    def _act_on(
        self, flow: http.HTTPFlow, judgement: Judgement, direction: str, edit: Callable[[Edited], None]
    ) -> Denial | None:
        marks.judged(flow, judgement, direction)
        if judgement.verdict == "allow":
            return None
        if judgement.verdict == "redact":
            if judgement.edited is None:
                raise NoVerdict("error", "a redaction without edits")
            edit(judgement.edited)
            return None
        return denial.blocked(judgement, flow.request.host)

    def _unscanned(self, flow: http.HTTPFlow, error: NoVerdict, direction: str) -> Denial | None:
        """Return the refusal of a message without a verdict, or None where the policy names this way to pass."""
        if self._judge.lets_pass(error.failure, direction):
            marks.let_through(flow, error, direction)
            return None
        refusal = denial.unscanned(error, request=direction != "in")
        marks.refused(flow, refusal, error, direction)
        return refusal
