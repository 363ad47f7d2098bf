"""Hosts: what is dialled decides. Names that a client merely claims are compared with it by the scanner."""

from mitmproxy import ctx, http, tls
from mitmproxy.connection import Client, Server
from mitmproxy.proxy.server import ConnectionHandler

from scangate_addon.judgement import Policy


def may_stay_closed(policy: Policy, data: tls.ClientHelloData) -> bool:
    """Whether the policy tunnels this connection unopened: its CONNECT target is listed and its SNI agrees."""
    address, sni = data.context.server.address, data.client_hello.sni
    if address is None or sni is None or normal(sni) != normal(address[0]):
        return False
    return any(matches(pattern, *address[:2]) for pattern in policy.passthrough)


def matches(pattern: str, host: str, port: int) -> bool:
    """Whether `host` is `pattern`, or below `*.pattern`, on the pattern's port if it has one."""
    name = normal(host)
    pattern, _, wanted = pattern.partition(":")
    if wanted not in ("", str(port)):
        return False
    if pattern.startswith("*."):
        return name.endswith(normal(pattern[1:]))
    return name == normal(pattern)


def normal(host: str) -> str:
    """A host name without what makes no difference: case, a trailing dot, the spelling of IDN."""
    name = host.rstrip(".").lower()
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def preset_hello(client: Client, server: Server) -> None:
    """Fix what the hello to the server says: SNI and ALPN would carry bytes of the client's choice past every hook."""
    if server.address is not None:
        server.sni = server.address[0]
    server.alpn_offers = (b"h2", b"http/1.1") if client.alpn == b"h2" else (b"http/1.1",)


def hang_up(client: Client, server: Server) -> None:
    """Cut a connection to a server; what mitmproxy still writes to it goes nowhere."""
    transport = handler_of(client).transports.get(server)
    if transport is not None and transport.writer is not None:
        transport.writer.close()
    server.error = "refused by policy"


def is_recorded(flow: http.HTTPFlow) -> bool:
    """Whether a flow was read from a file: nobody waits for it, and its answer is there."""
    if flow.live or flow.response is None:
        return False
    proxyserver = ctx.master.addons.get("proxyserver")
    return not proxyserver or flow.client_conn.id not in proxyserver.connections


def end_connection(client: Client, connection: Client | Server) -> None:
    """End one connection of a client, as if the other side had."""
    handler = handler_of(client)
    if connection in handler.transports:
        handler.close_connection(connection)


def write_to_client(client: Client, data: bytes) -> None:
    """Send bytes of a protocol to a client, from outside mitmproxy's layers."""
    transport = handler_of(client).transports.get(client)
    if transport is not None and transport.writer is not None:
        transport.writer.write(data)


def handler_of(client: Client) -> ConnectionHandler:
    """mitmproxy's keeper of a client's connections.

    Raises:
        LookupError: the client is gone.
    """
    proxyserver = ctx.master.addons.get("proxyserver")
    handler = proxyserver.connections[client.id] if proxyserver else None
    if not isinstance(handler, ConnectionHandler):
        raise LookupError("no such client")
    return handler
