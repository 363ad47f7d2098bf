"""The same bottles, judged by the clients that `make test-full` installs: GnuTLS, Go, Java, NSS and a strict Python."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bottles import INSIDE, OUTSIDE, PAGE, Bottle
from processes import ROOT
from test_ca import bottle, forget, origin, script  # noqa: F401

PEERS = Path(__file__).parent / "peers"
TREE = ROOT / ".scangate/mitmproxy-12/mitmdump"
pytestmark = pytest.mark.full

# Python refuses by RFC 5280's letter from 3.13 on (VERIFY_X509_STRICT), with the default context.
STRICT = """
import json, ssl, sys, urllib.request
context = ssl.create_default_context()
assert context.verify_flags & ssl.VERIFY_X509_STRICT
def fetch(url):
    try:
        return urllib.request.urlopen(url, timeout=20, context=context).read().decode()
    except Exception as error:
        return f"refused: {error!r}"
print(json.dumps([fetch(url) for url in sys.argv[1:]]))
"""

Client = Callable[[Bottle, list[str], Path], list[str]]


def gnutls(made: Bottle, hosts: list[str], _: Path) -> list[str]:
    """Fetch with Debian's wget, which is built on GnuTLS."""
    trusted = f"--ca-certificate={made.out / 'trust' / 'ca.pem'}"
    runs = [made.run("wget", "-q", "-O-", "--tries=1", "--timeout=20", "-S", trusted, made.url(host)) for host in hosts]
    return [done.stdout if done.returncode == 0 else f"refused: {done.returncode}" for done in runs]


def strict_python(made: Bottle, hosts: list[str], _: Path) -> list[str]:
    """Fetch with Python 3.13 of the Debian tree."""
    inside = {"SCANGATE_TREE_COMMAND": "python"}
    command = [str(TREE), "-c", STRICT, *map(made.url, hosts)]
    done = subprocess.run(command, env=made.env | inside, capture_output=True, text=True, timeout=60, check=True)
    pages: list[str] = json.loads(done.stdout)
    return pages


def go(made: Bottle, hosts: list[str], folder: Path) -> list[str]:
    """Fetch with Go's crypto/tls."""
    program = folder / "fetch-go"
    if not program.exists():
        env = os.environ | {"GOTOOLCHAIN": "local", "GO111MODULE": "off"}
        subprocess.run(["go", "build", "-o", program, PEERS / "fetch.go"], env=env, check=True)
    return script(made, hosts, str(program))


def java(made: Bottle, hosts: list[str], folder: Path) -> list[str]:
    """Fetch with Java's HttpClient, from a trust store made as docs/tls.md says."""
    store = folder / f"{made.port}-{made.proxy.rpartition(':')[2]}.jks"
    certificate = made.out / "trust" / "ca.pem"
    keytool = ["keytool", "-importcert", "-noprompt", "-storepass", "changeit", "-alias", "scangate"]
    subprocess.run([*keytool, "-keystore", store, "-file", certificate], check=True, capture_output=True)
    trusted = [f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=changeit"]
    command = ["java", *trusted, str(PEERS / "Fetch.java"), *map(made.url, hosts)]
    done = subprocess.run(command, env=made.env, capture_output=True, text=True, timeout=90, check=True)
    return [base64.b64decode(line).decode() for line in done.stdout.split()]


def chromium(made: Bottle, hosts: list[str], folder: Path) -> list[str]:
    """Fetch with Chromium, whose roots stand in the user's NSS database."""
    home = folder / f"home-{made.proxy.rpartition(':')[2]}"
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    nss = ["certutil", "-d", f"sql:{database}"]
    subprocess.run([*nss, "-N", "--empty-password"], check=True)
    added = ["-A", "-t", "C,,", "-n", "scangate", "-i", made.out / "trust" / "ca.pem"]
    subprocess.run([*nss, *added], check=True)
    return [chromium_page(made, host, home) for host in hosts]


def chromium_page(made: Bottle, host: str, home: Path) -> str:
    """Return the text of one page, or that Chromium shows its own about the certificate."""
    switches = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={home / 'profile'}"]
    proxy = [f"--proxy-server={made.proxy}", "--dump-dom", "--timeout=15000"]
    command = ["chromium", *switches, *proxy, made.url(host)]
    env = made.env | {"HOME": str(home)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    return PAGE if PAGE.strip() in done.stdout else f"refused: {done.stdout[:200]}"


CLIENTS = {"wget": gnutls, str(TREE): strict_python, "go": go, "keytool": java, "chromium": chromium}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where programs and trust stores of the clients lie."""
    return tmp_path_factory.mktemp("peers")


@pytest.mark.parametrize("client", CLIENTS, ids=["gnutls", "strict-python", "go", "java", "chromium"])
def test_each_further_client_opens_allowed_hosts_and_refuses_others(
    bottle: Bottle,  # noqa: F811
    client: str,
    folder: Path,
) -> None:
    if shutil.which(client) is None:
        pytest.skip(f"not installed: {client}")
    *inside, outside = CLIENTS[client](bottle, [*INSIDE, OUTSIDE], folder)
    assert inside == [PAGE, PAGE]
    assert outside.startswith("refused: ") if bottle.limited else outside == PAGE
