"""The addon's options, and those of mitmproxy that would let traffic past it."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mitmproxy import ctx, exceptions, optmanager
from mitmproxy.addonmanager import Loader
from mitmproxy.proxy.mode_specs import ProxyMode

from scangate_addon.http_client import Target
from scangate_addon.judgement import Policy

# What the addon sets, and why another value lets something past.
REQUIRED: dict[str, tuple[object, str]] = {
    "rawtcp": (False, "bytes that are no HTTP would be relayed unscanned"),
    "onboarding": (False, "a sandbox must not reach mitmproxy's own pages"),
    "connection_strategy": ("lazy", "a blocked request must not touch its destination"),
    "validate_inbound_headers": (True, "headers that two parsers read differently would pass"),
    "block_global": (True, "anybody could use the proxy"),
    "store_streamed_bodies": (False, "a body without an end would be kept whole in memory"),
}

# Options of built-in addons that a proxy can do without, or newer than mitmproxy 11: without them there is no gap.
MAY_BE_ABSENT = {"onboarding", "store_streamed_bodies"}

# mitmproxy's own way to say it; its stub wants a plain class.
_OPTIONAL: Any = str | None

# Options that must stay empty.
REFUSED: dict[str, str] = {
    "ignore_hosts": "it tunnels whatever claims a matching name; list hosts under [egress] passthrough",
    "allow_hosts": "it tunnels every other host unscanned; list hosts under [egress] allow",
    "tcp_hosts": "it relays raw bytes unscanned",
    "udp_hosts": "it relays raw bytes unscanned",
    "stream_large_bodies": "it forwards bodies before they are scanned",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The addon's own options, read and checked."""

    policy: str | None
    target: Target | None
    timeout_ms: int
    buffer_s: int
    stream_bytes: int
    session: str
    signer: str | None


def declare(loader: Loader) -> None:
    """Add the addon's options to mitmproxy."""
    loader.add_option(
        "scangate_policy",
        _OPTIONAL,
        None,
        "The policy file (in-process only; a service has its own).",
    )
    loader.add_option(
        "scangate_backend", str, "inprocess", "Who scans: 'inprocess', 'http://HOST:PORT' or 'unix:/PATH'."
    )
    loader.add_option("scangate_timeout_ms", int, 2000, "Milliseconds that a scan may take, for each MiB of a body.")
    loader.add_option(
        "scangate_buffer_s",
        int,
        300,
        "Seconds that a response which has to be held may take to end; one that flows longer is cut.",
    )
    loader.add_option(
        "scangate_stream_bytes",
        int,
        8 << 20,
        "Bytes from which on a body is scanned while it passes, in process only; shorter ones are held until their "
        "verdict. 0 holds all, event streams too.",
    )
    loader.add_option("scangate_session", str, "", "Name of the bottle; a random one when empty.")
    loader.add_option("scangate_signer", str, "", "Socket of `ca-prep sign`, which makes the certificates of hosts.")


def harden(options: optmanager.OptManager) -> None:
    """Set what must be set before anything can connect."""
    options.update(**{name: value for name, value, _ in required(options)})


def required(options: optmanager.OptManager) -> Iterator[tuple[str, object, str]]:
    """Give name, value and reason of what the addon sets."""
    for name, (value, reason) in REQUIRED.items():
        if name in options or name not in MAY_BE_ABSENT:
            yield name, value, reason


def read(options: optmanager.OptManager) -> Settings:
    """Return the addon's settings.

    Raises:
        OptionsError: a value is wrong, or an option lets traffic past the addon.
    """
    refuse_gaps(options)
    if options.scangate_timeout_ms < 1 or options.scangate_buffer_s < 1:
        raise exceptions.OptionsError("scangate_timeout_ms and scangate_buffer_s must be at least 1")
    if options.scangate_stream_bytes < 0:
        raise exceptions.OptionsError("scangate_stream_bytes must be 0 or more")
    return Settings(
        policy=options.scangate_policy,
        target=target_of(options),
        timeout_ms=options.scangate_timeout_ms,
        buffer_s=options.scangate_buffer_s,
        stream_bytes=options.scangate_stream_bytes,
        session=options.scangate_session or f"proxy-{secrets.token_hex(8)}",
        signer=signer_of(options),
    )


def signer_of(options: optmanager.OptManager) -> str | None:
    """Return the socket to ask for certificates, None when mitmproxy signs."""
    if not options.scangate_signer:
        return None
    if not options.scangate_signer.startswith("/"):
        raise exceptions.OptionsError("scangate_signer must be the absolute path of a Unix socket")
    if options.upstream_cert:
        raise exceptions.OptionsError("scangate_signer needs upstream_cert=false, as `ca-prep sign` writes it")
    return str(options.scangate_signer)


def target_of(options: optmanager.OptManager) -> Target | None:
    """Return where the service listens, None when the wheel scans."""
    if options.scangate_backend == "inprocess":
        return None
    if options.scangate_policy is not None:
        raise exceptions.OptionsError("scangate_policy: a service has its own policy; give it the file instead")
    try:
        return Target.parse(options.scangate_backend)
    except ValueError as error:
        raise exceptions.OptionsError(f"scangate_backend: {error}") from error


def refuse_gaps(options: optmanager.OptManager) -> None:
    """Raise when an option of mitmproxy lets traffic past the addon."""
    for name, value, reason in required(options):
        if getattr(options, name) != value:
            raise exceptions.OptionsError(f"{name} must be {value!r} with Scangate: {reason}")
    for name, reason in REFUSED.items():
        if getattr(options, name):
            raise exceptions.OptionsError(f"{name} cannot be used with Scangate: {reason}")
    for mode in options.mode:
        if ProxyMode.parse(mode).type_name != "regular":
            raise exceptions.OptionsError(
                f"mode {mode!r} cannot be used with Scangate: only 'regular' is scanned whole"
            )


def bound_bodies(policy: Policy) -> None:
    """Have mitmproxy stop buffering where the policy's limit ends."""
    if not (policy.lets_pass("over_limit", "out") or policy.lets_pass("over_limit", "in")):
        ctx.options.update(body_size_limit=str(policy.body_bytes))
