"""Ordinary traffic, recorded: package managers, git, HTTP clients, a browser and the SDKs of model vendors.

Nobody is logged in, and keys are made up, so that a recording holds no secret.
`scripts/record-traffic` runs it.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import certificates
import clients
import git_http
import vendors
from origin import Origin, Reply
from processes import ROOT
from recording import Bottle, recorded
from world import NAMES, World

FOLDER = ROOT / ".scangate" / "traffic"
SYSTEM_ROOTS = Path("/etc/ssl/certs/ca-certificates.crt")
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
SOMEBODY = ["-c", "user.name=Somebody", "-c", "user.email=somebody@host.example"]
PAGE = """<!doctype html><title>Shop</title><meta name="csrf-token" content="{token}">
<form method="post" action="/cart"><input type="hidden" name="authenticity_token" value="{token}">
<input name="item" value="7"><input type="password" name="password"></form>
<script>fetch("/api/cart?page_token={token}", {{method: "POST", headers: {{"x-csrf-token": "{token}",
"content-type": "application/json"}}, body: JSON.stringify({{item: 7, state: "{token}"}})}})</script>
<script src="/app.js"></script><img src="/logo.png">"""


def pip(bottle: Bottle) -> None:
    """Packages of PyPI."""
    command = [sys.executable, "-m", "pip", "download", "--no-cache-dir", "--isolated", "--dest", "wheels"]
    bottle.run(*command, "--cert", str(bottle.via.ca), "requests", "httpx", "pyjwt", "keyring", "django")


def npm(bottle: Bottle) -> None:
    """Packages of npm, and their audit."""
    bottle.run("npm", "init", "-y")
    bottle.run("npm", "install", "--no-fund", "express", "react", "jsonwebtoken", "axios", "typescript")


def cargo(bottle: Bottle) -> None:
    """Crates, and the sparse index."""
    project = bottle.home / "crate"
    bottle.run("cargo", "init", "--quiet", "--name", "recorded", str(project))
    bottle.run("cargo", "add", "--quiet", "serde", "tokio", "secrecy", "jsonwebtoken", folder=project)
    bottle.run("cargo", "fetch", "--quiet", folder=project)


def make_repository(folder: Path) -> None:
    """A repository of documents and code, a commit for each: what this one holds apart from its tests."""
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    for name in ("README.md", "docs", "addon", "ca-prep/src", "Cargo.lock"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, folder / name)
        subprocess.run(["git", "-C", folder, "add", "."], check=True)
        subprocess.run(["git", "-C", folder, *SOMEBODY, "commit", "--quiet", "-m", f"Add {name}"], check=True)


def git(bottle: Bottle, address: str, source: Path) -> None:
    """Push a repository, clone it, and fetch what a later push added."""
    first, second, there = bottle.home / "first", bottle.home / "second", f"{address}/recorded.git"
    bottle.run("git", "clone", "--quiet", "--no-local", str(source), str(first))
    bottle.run("git", "push", "--quiet", there, "HEAD:refs/heads/main", folder=first)
    bottle.run("git", "clone", "--quiet", "--branch", "main", there, str(second))
    (first / "CHANGES").write_text("One more line, and no more.\n")
    bottle.run("git", "add", "CHANGES", folder=first)
    bottle.run("git", *SOMEBODY, "commit", "--quiet", "-m", "Say what changed", folder=first)
    bottle.run("git", "push", "--quiet", there, "HEAD:refs/heads/main", folder=first)
    bottle.run("git", "pull", "--quiet", folder=second)


def http_clients(bottle: Bottle, world: World) -> None:
    """Forms, JSON, files and cookies, by every client of the other tests."""
    token = "".join(f"{number * 2654435761 % 2**32:08x}" for number in range(1, 6))
    cookie = ("cookie", f"session={token}; csrftoken={token[::-1]}; _ga=GA1.2.1803429183.1767607200")
    form = f"csrfmiddlewaretoken={token}&user=ann&note=a%20note%21&next=%2Fhome".encode()
    body = json.dumps({"query": "query Q($id: ID!) { node(id: $id) { id } }", "variables": {"id": token[:24]}}).encode()
    world.origin.replies["/"] = Reply(
        headers=[(b"content-type", b"text/html"), (b"set-cookie", f"session={token}; HttpOnly; Path=/".encode())],
        body=PAGE.format(token=token).encode(),
    )
    for send in clients.CLIENTS.values():
        send(bottle.via, "GET", world.url("/"), [cookie], None)
        send(
            bottle.via,
            "POST",
            world.url("/login"),
            [cookie, ("content-type", "application/x-www-form-urlencoded")],
            form,
        )
        send(bottle.via, "POST", world.url("/graphql"), [cookie, ("content-type", "application/json")], body)
        send(bottle.via, "PUT", world.url("/files/notes.md"), [], (ROOT / "README.md").read_bytes())


def browser(bottle: Bottle, world: World) -> None:
    """A page with a form, cookies, a script and a picture."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--ignore-certificate-errors", "--virtual-time-budget=3000"]
    places = [f"--proxy-server={bottle.via.proxy}", f"--user-data-dir={bottle.home / 'profile'}", "--dump-dom"]
    script = b"document.cookie='seen=1; path=/';for(const e of document.forms)e.item.value=8;"
    world.origin.replies["/app.js"] = Reply(headers=[(b"content-type", b"text/javascript")], body=script)
    bottle.run(str(BROWSER), *flags, *places, world.url("/"))


def sdks(bottle: Bottle, world: World) -> None:
    """Conversations through the SDKs for Python and Node, plain and streamed."""
    for program in filter(vendors.is_installed, vendors.PROGRAMS):
        for vendor in vendors.VENDORS:
            for how in ("plain", "stream"):
                vendors.ask(program, vendor, how, (ROOT / "docs" / "rules.md").read_text(), bottle.via, world.origin)


def on_loopback(folder: Path, home: Path) -> None:
    """Record what needs no network into `folder`."""
    make_repository(home / "source")
    with_git(folder / "git.mitm", home / "git", home / "source")
    pair = certificates.make(home, [*NAMES, "127.0.0.1"])
    world = World(Origin(pair.leaf), pair, home / "ca", home)
    try:
        programs = {
            "http": (http_clients, True),
            "browser": (browser, BROWSER),
            "sdks": (sdks, vendors.is_installed("python")),
        }
        for name, (record, is_there) in programs.items():
            if is_there:
                with recorded(folder / f"{name}.mitm", home / name, world.trust(), env=world.environment()) as bottle:
                    record(bottle, world)
    finally:
        world.origin.stop()


def with_git(file: Path, home: Path, source: Path) -> None:
    """Record git against a server of its own."""
    repositories = home / "repositories"
    repositories.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--bare", repositories / "recorded.git"], check=True)
    with git_http.served(repositories) as address, recorded(file, home) as bottle:
        git(bottle, address, source)


def from_registries(folder: Path, home: Path) -> None:
    """Record the package managers into `folder`."""
    managers: dict[str, Callable[[Bottle], None]] = {"pip": pip, "npm": npm, "cargo": cargo}
    trust = [f"ssl_verify_upstream_trusted_ca={SYSTEM_ROOTS}"] if SYSTEM_ROOTS.exists() else []
    for name, record in managers.items():
        with recorded(folder / f"{name}.mitm", home / name, *trust) as bottle:
            record(bottle)


def main() -> None:
    """Record everything."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as home:
        on_loopback(FOLDER, Path(home))
        from_registries(FOLDER, Path(home))
    for file in sorted(FOLDER.glob("*.mitm")):
        print(f"{file.relative_to(ROOT)}  {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
