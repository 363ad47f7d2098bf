"""What the end-to-end tests share: the origin, where names lead, and files."""

from dataclasses import dataclass
from pathlib import Path

import certificates
from clients import HERE
from origin import Origin
from processes import free_port

# Names that lead to the origin: a vendor's API, a model API, and hosts of nobody in particular.
NAMES = ["api.github.com", "api.openai.com", "api.anthropic.com", "shop.example", "other.example", "localhost"]
POLICY = """
[egress]
private = ["127.0.0.1", "localhost"]
"""


@dataclass
class World:
    """What the tests share: the origin and the files around it."""

    origin: Origin
    certificates: certificates.OriginCertificates
    ca: Path
    folder: Path

    def url(self, path: str = "/", host: str = "shop.example") -> str:
        """A URL at the origin over TLS."""
        return f"https://{host}{path}"

    def plain_url(self, path: str = "/") -> str:
        """A URL at the origin without TLS."""
        return f"http://127.0.0.1:{self.origin.plain_port}{path}"

    def policy(self, text: str = POLICY) -> Path:
        """Write a policy file."""
        file = self.folder / f"policy-{free_port()}.toml"
        file.write_text(text)
        return file

    def environment(self) -> dict[str, str]:
        """Where names lead, for a proxy under test."""
        names = " ".join(f"{name}={self.origin.tls_port}" for name in NAMES)
        return {"PYTHONPATH": str(HERE / "names"), "ORIGIN_NAMES": names, "ORIGIN_LOOKUPS": str(self.lookups)}

    @property
    def lookups(self) -> Path:
        """A file with every name that the proxy looked up."""
        return self.folder / "lookups"

    def trust(self) -> str:
        """The option that makes mitmproxy trust the origin."""
        return f"ssl_verify_upstream_trusted_ca={self.certificates.authority}"
