"""Codings and hosts."""

import pytest
from mitmproxy import tls
from mitmproxy.test import tflow, tutils

from scangate_addon import hosts, message, rewrite
from scangate_addon.judgement import Edited, NoVerdict, Policy


@pytest.mark.parametrize(
    ("offered", "kept"),
    [
        ("gzip, deflate, br, zstd", "gzip, deflate, br, zstd"),
        ("gzip;q=0.5, dcb, dcz, br;q=1", "gzip;q=0.5, br;q=1"),
        ("compress", "identity"),
        ("*", "identity"),
        ("GZip", "GZip"),
    ],
)
def test_only_codings_that_are_decoded_are_asked_for(offered, kept):
    request = tutils.treq(headers=[(b"accept-encoding", offered.encode())])
    rewrite.narrow(request, whole=False)
    assert request.headers["accept-encoding"] == kept


def test_a_request_that_offers_nothing_stays_as_it_is():
    request = tutils.treq(headers=[(b"a", b"b")])
    rewrite.narrow(request, whole=False)
    assert request.headers.fields == ((b"a", b"b"),)


def test_the_host_of_http2_cannot_be_edited():
    request = tutils.treq(authority=b"a.example", headers=[(b"a", b"secret")])
    edited = (*request.headers.fields, (b"host", b"b.example"))
    with pytest.raises(NoVerdict):
        rewrite.edit_request(request, Edited(headers=edited))


def test_an_edited_path_goes_back_into_the_request():
    request = tutils.treq(host="::1", port=8080, scheme=b"http", path=b"/a?b=secret", headers=[(b"a", b"b")])
    assert message.url_of(request) == b"http://[::1]:8080/a?b=secret"
    rewrite.edit_request(request, Edited(url=b"http://[::1]:8080/a?b=[x]", headers=((b"a", b"c"),)))
    assert request.data.path == b"/a?b=[x]"
    assert request.headers.fields == ((b"a", b"c"),)


def test_a_chunked_body_stays_chunked():
    request = tutils.treq(headers=[(b"transfer-encoding", b"chunked")])
    rewrite.edit_request(request, Edited(body=b"new"))
    assert request.headers.fields == ((b"transfer-encoding", b"chunked"),)


@pytest.mark.parametrize(
    ("pattern", "host", "fits"),
    [
        ("a.example", "a.example", True),
        ("A.example.", "a.EXAMPLE", True),
        ("a.example", "b.a.example", False),
        ("*.a.example", "b.a.example", True),
        ("*.a.example", "c.b.a.example.", True),
        ("*.a.example", "a.example", False),
        ("*.a.example", "xa.example", False),
        ("a.example:443", "a.example", True),
        ("a.example:8443", "a.example", False),
        ("bücher.example", "xn--bcher-kva.example", True),
    ],
)
def test_host_patterns(pattern, host, fits):
    assert hosts.matches(pattern, host, 443) == fits


@pytest.mark.parametrize(
    ("target", "sni", "stays_closed"),
    [
        ("a.example", "a.example", True),
        ("a.example", "A.example.", True),
        ("evil.example", "a.example", False),
        ("a.example", "evil.example", False),
        ("a.example", None, False),
    ],
)
def test_a_tunnel_stays_closed_only_when_target_and_hello_agree(target, sni, stays_closed):
    assert (
        hosts.may_stay_closed(Policy(1, ("a.example",), frozenset(), frozenset()), hello(target, sni)) == stays_closed
    )


def hello(target, sni):
    class Hello:
        pass

    data = tls.ClientHelloData(Hello(), Hello())
    data.context.server = tflow.tserver_conn()
    data.context.server.address = (target, 443)
    data.client_hello.sni = sni
    return data


def test_the_hello_to_the_server_says_nothing_of_the_clients_choice():
    client, server = tflow.tclient_conn(), tflow.tserver_conn()
    server.address, server.sni, server.alpn_offers = ("a.example", 443), "secret.evil", (b"secret",)
    client.alpn = b"http/1.1"
    hosts.preset_hello(client, server)
    assert (server.sni, server.alpn_offers) == ("a.example", (b"http/1.1",))
