"""Options that would let traffic past the addon are refused with the reason; so are wrong ones of its own."""

import pytest
from mitmproxy import exceptions
from mitmproxy.tools.web.webaddons import WebAddon
from support import options_context

from scangate_addon import marks, options
from scangate_addon.backends import open_backend
from scangate_addon.gate import Gate

GAPS = [
    ({"ignore_hosts": ["a.example"]}, "ignore_hosts"),
    ({"allow_hosts": ["a.example"]}, "allow_hosts"),
    ({"tcp_hosts": ["a.example"]}, "tcp_hosts"),
    ({"udp_hosts": ["a.example"]}, "udp_hosts"),
    ({"stream_large_bodies": "1k"}, "stream_large_bodies"),
    ({"rawtcp": True}, "rawtcp"),
    ({"onboarding": True}, "onboarding"),
    ({"connection_strategy": "eager"}, "connection_strategy"),
    ({"validate_inbound_headers": False}, "validate_inbound_headers"),
    ({"block_global": False}, "block_global"),
    ({"mode": ["upstream:http://127.0.0.1:1"]}, "mode"),
    ({"mode": ["regular", "socks5"]}, "mode"),
    ({"mode": ["transparent"]}, "mode"),
    ({"mode": ["dns"]}, "mode"),
    ({"scangate_backend": "https://127.0.0.1:1"}, "scangate_backend"),
    ({"scangate_backend": "http://127.0.0.1:1/path"}, "scangate_backend"),
    ({"scangate_backend": "unix:relative"}, "scangate_backend"),
    ({"scangate_backend": "http://127.0.0.1:1", "scangate_policy": "p.toml"}, "scangate_policy"),
    ({"scangate_timeout_ms": 0}, "scangate_timeout_ms"),
    ({"scangate_buffer_s": 0}, "scangate_buffer_s"),
    ({"scangate_signer": "relative", "upstream_cert": False}, "scangate_signer"),
    ({"scangate_signer": "/run/signer.sock"}, "upstream_cert"),
]


@pytest.fixture
def hardened():
    with options_context() as tctx:
        tctx.master.addons.add(Gate(lambda _: None))
        yield tctx.options


def test_the_gate_sets_what_must_be_set(hardened):
    there = [name for name in options.REQUIRED if name in hardened or name not in options.MAY_BE_ABSENT]
    assert {name: getattr(hardened, name) for name in there} == {name: options.REQUIRED[name][0] for name in there}
    options.read(hardened)


def test_what_mitmproxy_12_would_keep_of_streams_is_switched_off():
    with options_context() as tctx:
        options.declare(Loader(tctx))
        tctx.options.add_option("store_streamed_bodies", bool, True, "as in mitmproxy 12")
        options.harden(tctx.options)
        assert tctx.options.store_streamed_bodies is False
        tctx.options.update(store_streamed_bodies=True)
        with pytest.raises(exceptions.OptionsError, match="store_streamed_bodies must be False"):
            options.refuse_gaps(tctx.options)


@pytest.mark.parametrize(("change", "named"), GAPS, ids=[str(change) for change, _ in GAPS])
def test_a_gap_is_refused_by_name(change, named):
    with options_context() as tctx:
        options.declare(loader := Loader(tctx))
        options.harden(tctx.options)
        tctx.options.update(**change)
        assert loader.master is tctx.master
        with pytest.raises(exceptions.OptionsError, match=named):
            options.read(tctx.options)


def test_a_gap_opened_while_running_is_closed_again(proxy):
    prox = proxy()
    with pytest.raises(exceptions.OptionsError):
        prox.tctx.options.update(ignore_hosts=["a.example"])
    assert prox.tctx.options.ignore_hosts == []


def test_two_runs_are_two_sessions(hardened):
    assert options.read(hardened).session != options.read(hardened).session


def test_a_regular_mode_with_an_address_is_fine(hardened):
    hardened.update(mode=["regular@127.0.0.1:8080"])
    options.read(hardened)


def test_a_wrong_policy_file_is_said_at_the_start(hardened, tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text("[actions]\nsecrets = 'block'\n")
    hardened.update(scangate_policy=str(file))
    with pytest.raises(exceptions.OptionsError, match=r"scangate_policy: .*secrets"):
        open_backend(options.read(hardened))


def Loader(tctx):  # noqa: N802 (reads as mitmproxy's own)
    from mitmproxy.addonmanager import Loader as Real

    return Real(tctx.master)


@pytest.mark.parametrize("chosen", [[], ["path"]])
def test_mitmweb_gets_a_column_of_comments_unless_its_columns_were_chosen(chosen):
    with options_context() as tctx:
        tctx.master.addons.add(WebAddon())
        if chosen:
            tctx.options.update(web_columns=chosen)
        marks.show_comments(tctx.options)
        assert ("comment" in tctx.options.web_columns) is not bool(chosen)
        assert chosen == [] or tctx.options.web_columns == chosen
