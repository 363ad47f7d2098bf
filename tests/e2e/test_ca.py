"""A bottle's authority in a real mitmdump, judged by clients that are not ours.

Needs `CA_PREP_BIN`, or a ca-prep built below `target/`; and mitmdump, requests and httpx beside this Python.
"""

import json
import signal
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from bottles import INSIDE, OUTSIDE, PAGE, Bottle, Page, bottle_of, ca_prep, free_port, origin_certificate

UNTRUSTED = "refused: 60 "  # curl's code for a certificate that it does not accept
CERTIFICATE_WORDS = ["CERTIFICATE_VERIFY_FAILED", UNTRUSTED, "UNABLE_TO_", "subtree violation"]

# Each client takes addresses and prints one line of JSON: for each, the page, or why there is none.
PYTHON = """
import json, sys, {library}
def fetch(url):
    try:
        return {library}.get(url, timeout=20).text
    except Exception as error:
        return f"refused: {{error!r}}"
print(json.dumps([fetch(url) for url in sys.argv[1:]]))
"""

NODE = """
const http = require("http"), https = require("https"), tls = require("tls");
const proxy = new URL(process.env.HTTPS_PROXY);
const fetched = (url) => new Promise((tell) => {
  const refused = (error) => tell(`refused: ${error.code} ${error.message}`);
  const options = {host: proxy.hostname, port: proxy.port, method: "CONNECT", path: url.host};
  http.request(options).on("error", refused).on("connect", (_, socket) => {
    const secure = tls.connect({socket, servername: url.hostname}).on("error", refused);
    https.get(url, {createConnection: () => secure}, async (answer) => {
      let page = "";
      for await (const chunk of answer) page += chunk;
      tell(page);
    }).on("error", refused);
  }).end();
});
Promise.all(process.argv.slice(1).map((url) => fetched(new URL(url)))).then((all) => {
  console.log(JSON.stringify(all));
  process.exit(0);
});
"""


Client = Callable[[Bottle, list[str]], list[str]]


def curl(bottle: Bottle, hosts: list[str], *more: str) -> list[str]:
    """Fetch with curl, over HTTP/2 where the other side can."""
    return [curl_one(bottle, host, *more) for host in hosts]


def curl_one(bottle: Bottle, host: str, *more: str) -> str:
    """Fetch one page with curl."""
    done = bottle.run("curl", "-sS", "--max-time", "20", *more, bottle.url(host))
    return done.stdout if done.returncode == 0 else f"refused: {done.returncode} {done.stderr}"


def curl_http1(bottle: Bottle, hosts: list[str]) -> list[str]:
    """Fetch with curl over HTTP/1.1, with the one certificate instead of the bundle."""
    return curl(bottle, hosts, "--http1.1", "--cacert", str(bottle.out / "trust" / "ca.pem"))


def script(bottle: Bottle, hosts: list[str], *command: str) -> list[str]:
    """Fetch with a script that prints a list."""
    done = bottle.run(*command, *map(bottle.url, hosts))
    assert done.returncode == 0, done.stderr
    pages: list[str] = json.loads(done.stdout)
    return pages


def with_requests(bottle: Bottle, hosts: list[str]) -> list[str]:
    """Fetch with requests."""
    return script(bottle, hosts, sys.executable, "-c", PYTHON.format(library="requests"))


def with_httpx(bottle: Bottle, hosts: list[str]) -> list[str]:
    """Fetch with httpx."""
    return script(bottle, hosts, sys.executable, "-c", PYTHON.format(library="httpx"))


def node(bottle: Bottle, hosts: list[str]) -> list[str]:
    """Fetch with Node's own TLS and HTTP, on which its fetch rests too."""
    return script(bottle, hosts, "node", "-e", NODE)


CLIENTS: list[Client] = [curl, curl_http1, with_requests, with_httpx, node]


@pytest.fixture(autouse=True)
def forget() -> None:
    """Keep the origin and authority of the other tests out: this file makes its own."""


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve a page over TLS on loopback; the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(origin_certificate(tmp_path_factory.mktemp("origin")))
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(scope="module", params=["issue", "issue-rsa", "issue-any", "seal", "sign"])
def bottle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, origin: int) -> Iterator[Bottle]:
    """Run a bottle of each way into mitmproxy; its folder has a space in its name."""
    with bottle_of(request.param, tmp_path_factory.mktemp("a bottle"), origin) as made:
        yield made


@pytest.mark.parametrize("client", CLIENTS)
def test_each_client_opens_allowed_hosts_and_refuses_others(bottle: Bottle, client: Client) -> None:
    *inside, outside = client(bottle, [*INSIDE, OUTSIDE])
    assert inside == [PAGE, PAGE]
    if bottle.limited:
        assert outside.startswith("refused: ")
        assert any(word in outside for word in CERTIFICATE_WORDS), outside
    else:
        assert outside == PAGE


def test_who_does_not_trust_the_bottle_is_refused(bottle: Bottle) -> None:
    own = {name: value for name, value in bottle.env.items() if str(bottle.out) not in value}
    assert curl_one(replace(bottle, env=own), "a.test").startswith(UNTRUSTED)


def test_verify_says_what_a_client_sees_and_why(bottle: Bottle) -> None:
    places = [f"{host}:{bottle.port}" for host in (INSIDE[0], OUTSIDE)]
    done = ca_prep("verify", "--json", "--out", str(bottle.out), "--proxy", bottle.proxy, *places)
    inside, outside = json.loads(done.stdout)["hosts"]
    assert (inside["outcome"], inside["why"]) == ("opened", None)
    assert INSIDE[0] in inside["names"]
    assert done.returncode == int(bottle.limited)
    assert outside["outcome"] == ("refused" if bottle.limited else "opened")
    if bottle.limited:
        assert "not on the allow list" in outside["why"] or "does not trust" in outside["why"]


def test_verify_tells_a_missing_proxy_from_a_refusal(bottle: Bottle) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    done = ca_prep("verify", "--json", "--out", str(bottle.out), "--proxy", nobody, "a.test")
    assert done.returncode == 1
    assert json.loads(done.stdout)["hosts"][0]["outcome"] == "unreachable"


def test_config_yaml_alone_is_enough_and_remove_takes_all_away(tmp_path: Path, origin: int) -> None:
    with bottle_of("seal", tmp_path, origin, lambda arguments: arguments[:2]) as bottle:
        assert curl_one(bottle, "x.w.test") == PAGE
        assert (bottle.out / "proxy" / "mitmproxy-ca.pem").exists(), "mitmproxy makes an authority of its own"
    done = ca_prep("remove", "--out", str(bottle.out), "--json")
    assert done.returncode == 0, done.stderr
    assert not bottle.out.exists()


def test_without_its_signer_every_handshake_fails_until_it_is_back(tmp_path: Path, origin: int) -> None:
    with bottle_of("sign", tmp_path, origin) as bottle:
        assert bottle.signer is not None
        assert curl_one(bottle, "a.test") == PAGE
        bottle.signer.send_signal(signal.SIGSTOP)
        assert curl_one(bottle, "new.w.test").startswith(UNTRUSTED)
        bottle.signer.send_signal(signal.SIGCONT)
        assert curl_one(bottle, "new.w.test") == PAGE
        bottle.signer.terminate()
        assert bottle.signer.wait(timeout=10) == 0
        assert curl_one(bottle, "newer.w.test").startswith(UNTRUSTED)
