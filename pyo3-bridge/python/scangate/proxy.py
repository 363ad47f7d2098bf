"""`scangate-proxy`: mitmproxy with Scangate and only the built-in addons that a scanning proxy needs.

It takes mitmdump's options, so `xargs -d '\\n' -a DIR/mitmdump.args scangate-proxy` runs a bottle. What it leaves out
cannot be switched on: no script watcher, no replay, no map or modify rules, no dumper, no onboarding page.
"""

import gc
import sys
from pathlib import Path
from typing import Any

try:
    from mitmproxy import addons, http, master, options
    from mitmproxy.addons import errorcheck
    from mitmproxy.tools import cmdline, main
except ModuleNotFoundError as missing:
    sys.exit(f"scangate-proxy needs {missing.name} beside it: pip install mitmproxy")

# What of mitmproxy's own chain stays, by class name; the order is mitmproxy's. Each is one look-up per event the less.
KEPT = ("Block", "Core", "DisableH2C", "NextLayer", "ProxyAuth", "Proxyserver", "TlsConfig")


class Proxy(master.Master):
    """The proxy of one bottle."""

    def __init__(self, opts: options.Options) -> None:
        super().__init__(opts, with_termlog=True)
        built_in = {type(addon).__name__: addon for addon in addons.default_addons()}
        if absent := [name for name in KEPT if name not in built_in]:
            raise SystemExit(f"scangate-proxy does not know this mitmproxy: it has no {', '.join(absent)}")
        self.addons.add(*(addon for name, addon in built_in.items() if name in KEPT), errorcheck.ErrorCheck())
        self.addons.add(gate := _gate())
        # Where `mitmdump -s` has it. Moved, since an addon that is added while the gate reorders the chain is lost.
        chain = [addon for addon in self.addons.chain if addon is not gate]
        chain.insert(chain.index(built_in["NextLayer"]), gate)
        self.addons.chain = chain
        _spare()


def _spare() -> None:
    """Leave out what costs each flow and tells nobody anything here.

    mitmproxy checks the type of every field of a message that it makes itself, unless Python runs with -O: a help to
    who writes addons. And what is there from the start need not be searched for garbage again and again.
    """
    checked: Any = http.MessageData
    checked.__post_init__ = lambda _: None
    gc.freeze()


def _gate() -> object:
    """The addon that the wheel carries."""
    sys.path.insert(0, str(Path(__file__).parent / "_addon"))
    from scangate_addon.gate import Gate

    return Gate()


def run() -> None:
    """Run until a signal; exits with 1 when the options are wrong or the start failed."""
    sys.argv[0] = "scangate-proxy"
    main.run(Proxy, cmdline.mitmdump, sys.argv[1:])


if __name__ == "__main__":
    run()
