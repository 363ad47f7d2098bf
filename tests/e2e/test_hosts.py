"""Hosts are decided on the CONNECT target; names that disagree are blocked before anything is dialled."""

import ssl

import pytest

import certificates
from clients import curl, wait_until
from duplex import tunnel
from origin import Origin
from tokens import aws_key_id
from world import POLICY

LISTED = POLICY + 'allow = ["shop.example"]\n'


def refused(seen, reason: str) -> bool:
    return f"Blocked by policy: {reason}".encode() in seen.body or seen.headers.get("scangate-reason") == reason


def test_a_tunnel_to_one_host_with_the_name_of_another_is_blocked(via, world):
    seen = curl(
        via, "GET", world.url("/", "shop.example"), [], None, "--connect-to", "shop.example:443:other.example:443"
    )
    assert (seen.status, seen.headers["scangate-reason"]) == (403, "host_fronting")
    assert world.origin.log.connections == 0
    assert world.lookups.read_text() == ""


@pytest.mark.parametrize("host", ["other.example", "other.example:443", "shop.example@other.example", "x.shop.example"])
def test_a_host_header_that_names_another_host_is_blocked(host, via, world):
    seen = curl(via, "GET", world.url(), [("Host", host)])
    assert seen.status in (400, 403)
    assert world.origin.log.connections == 0


@pytest.mark.parametrize("host", ["shop.example", "SHOP.example", "shop.example:443", "shop.example."])
def test_a_host_header_that_names_the_same_host_passes(host, via, world):
    assert curl(via, "GET", world.url(), [("Host", host)]).status == 200


def test_a_host_header_that_disagrees_is_blocked_without_tls_too(via, world):
    seen = curl(via, "GET", world.plain_url(), [("Host", "other.example")])
    assert (seen.status, seen.headers["scangate-reason"]) == (403, "host_fronting")
    assert world.origin.log.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/",
        "http://10.0.0.1/",
        "http://[::1]:9/",
        "http://0x7f000002/",
        "http://metadata.google.internal/",
    ],
)
def test_metadata_and_private_addresses_are_refused(url, via, world):
    seen = curl(via, "GET", url)
    assert seen.status in (0, 403)
    assert refused(seen, "host_private") or b"403" in seen.body
    assert world.lookups.read_text() == ""


def test_a_host_outside_the_allow_list_is_refused_before_it_is_looked_up(start, world):
    via = start(policy=LISTED).via
    assert curl(via, "GET", world.url("/", "shop.example")).status == 200
    world.origin.log.clear()
    world.lookups.write_text("")
    seen = curl(via, "GET", world.url("/", "other.example"))
    assert seen.status == 0
    assert b"403" in seen.body
    assert world.origin.log.connections == 0
    assert world.lookups.read_text() == ""


def test_a_public_name_that_leads_to_a_private_address_gets_no_byte(start, world):
    """The name is fine and the address is not: seen only once it is connected."""
    via = start(policy=None).via
    seen = curl(via, "POST", world.url("/", "shop.example"), [], b"marked")
    assert seen.status != 200
    assert world.origin.log.requests == []
    assert bytes(world.origin.log.raw) == b""


@pytest.mark.parametrize("spelling", [str, str.lower])
def test_a_secret_in_a_host_name_is_not_even_looked_up(spelling, start, world):
    via = start(policy=POLICY + 'passthrough = ["*.shop.example"]\n').via
    key = aws_key_id()
    seen = curl(via, "GET", world.url("/", f"{spelling(key)}.shop.example"))
    assert refused(seen, "secret_outbound") or b"403" in seen.body
    assert world.lookups.read_text() == ""
    assert world.origin.log.connections == 0


PASSTHROUGH = POLICY + 'passthrough = ["shop.example"]\n'


def test_a_tunnel_stays_closed_only_where_the_policy_says_so(start, world):
    via = start(policy=PASSTHROUGH).via
    direct = ["--cacert", str(world.certificates.authority)]
    assert curl(via, "GET", world.url("/", "shop.example"), [], None, *direct).status == 200
    assert curl(via, "GET", world.url("/", "other.example"), [], None, *direct).status == 0
    assert curl(via, "GET", world.url("/", "other.example")).status == 200


def test_a_tunnel_to_a_server_with_another_certificate_is_opened(start, world):
    """The proxy does not trust who made the origin's certificate, as when its name led elsewhere."""
    trusting_nobody = f"ssl_verify_upstream_trusted_ca={world.ca / 'trust' / 'ca.pem'}"
    proxy = start(trusting_nobody, policy=PASSTHROUGH)
    direct = ["--cacert", str(world.certificates.authority)]
    assert curl(proxy.via, "GET", world.url("/", "shop.example"), [], None, *direct).status == 0
    assert curl(proxy.via, "GET", world.url("/", "shop.example")).status == 502
    assert world.origin.log.requests == []
    assert "opened in spite of" in proxy.output()


def test_a_tunnel_that_stays_closed_costs_one_more_handshake_at_first(start, world):
    via = start(policy=PASSTHROUGH).via
    direct = ["--cacert", str(world.certificates.authority)]
    for _ in range(3):
        assert curl(via, "GET", world.url("/", "shop.example"), [], None, *direct).status == 200
    assert world.origin.log.connections == 4


MOVED = """
[egress]
private = ["127.0.0.1", "127.0.0.2"]
passthrough = ["shop.example"]
"""


@pytest.mark.parametrize("is_itself", [True, False], ids=["itself", "another"])
def test_a_tunnel_that_leads_elsewhere_than_its_handshake_did_has_to_fit_there_too(
    is_itself, start, world, tmp_path, monkeypatch
):
    """The second look-up of the name, which is the tunnel's, gives another address."""
    monkeypatch.setenv("ORIGIN_MOVES", "shop.example")
    authorities = [world.certificates, certificates.make(tmp_path, ["shop.example"])]
    theirs = authorities[0 if is_itself else 1]
    moved = Origin(theirs.leaf, "127.0.0.2", world.origin.tls_port)
    proxy = start(policy=MOVED)
    seen = curl(proxy.via, "GET", world.url("/"), [], None, "--cacert", str(theirs.authority))
    moved.stop()
    assert seen.status == (200 if is_itself else 0)
    assert len(moved.log.requests) == (1 if is_itself else 0)
    assert world.origin.log.requests == []
    assert ("another address" in proxy.output()) is not is_itself


def test_an_exempt_name_that_leads_to_a_private_address_is_not_even_shaken_hands_with(start, world):
    via = start(policy='[egress]\npassthrough = ["shop.example"]\n').via
    direct = ["--cacert", str(world.certificates.authority)]
    assert curl(via, "GET", world.url("/", "shop.example"), [], None, *direct).status == 0
    assert bytes(world.origin.log.raw) == b""


def test_a_hello_that_hides_another_is_opened(start, world):
    proxy = start(policy=PASSTHROUGH)
    for hidden, connections in ((None, 1), (b"\0" * 40, 0)):
        world.origin.log.clear()
        with tunnel(proxy.via, "shop.example") as link:
            link.sendall(hello("shop.example", hidden))
            assert link.recv(3).startswith(b"\x16\x03")
        assert world.origin.log.connections == connections
    assert "ECH" in proxy.output()


def test_a_server_name_that_nobody_looked_at_is_in_no_log(start, world):
    proxy, key = start(), aws_key_id()
    for unknown_ca in (b"", b"\x15\x03\x03\0\x02\x02\x30"):
        with tunnel(proxy.via, "shop.example") as link:
            link.sendall(hello(f"{key}.shop.example", None))
            link.recv(65536)
            link.sendall(unknown_ca)
    wait_until(lambda: proxy.output().count("for shop.example") == 2)
    assert key.lower() not in proxy.output().lower()
    assert world.origin.log.connections == 0


def hello(host: str, hidden: bytes | None) -> bytes:
    """The first record of a TLS client, with an encrypted hello in it."""
    sent = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), sent, server_hostname=host)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    message = sent.read()[9:]
    if hidden is not None:
        start = 34 + 1 + message[34]
        start += 2 + int.from_bytes(message[start : start + 2], "big")
        start += 1 + message[start]
        more = (0xFE0D).to_bytes(2, "big") + len(hidden).to_bytes(2, "big") + hidden
        extensions = message[start + 2 :] + more
        message = message[:start] + len(extensions).to_bytes(2, "big") + extensions
    message = b"\x01" + len(message).to_bytes(3, "big") + message
    return b"\x16\x03\x01" + len(message).to_bytes(2, "big") + message


def test_a_tunnel_with_the_name_of_an_exempt_host_is_opened_and_blocked(start, world):
    via = start(policy=PASSTHROUGH).via
    more = ["--connect-to", "shop.example:443:other.example:443"]
    seen = curl(via, "GET", world.url("/", "shop.example"), [], None, *more)
    assert (seen.status, seen.headers["scangate-reason"]) == (403, "host_fronting")
    assert world.origin.log.connections == 0
