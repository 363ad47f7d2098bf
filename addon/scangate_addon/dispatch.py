"""mitmproxy tells each event to each of its three dozen addons, most of which have no ear for it.

It makes a context manager, a coroutine and a generator for each, twice per event: a third of a flow's CPU time, and
more than a scan takes. Who has no hook of that name is passed over here; all else is as before.
"""

from typing import Any

from mitmproxy.addonmanager import AddonManager, safecall
from mitmproxy.exceptions import AddonHalt
from mitmproxy.hooks import Hook


def install() -> None:
    """Have events pass over addons without a hook."""
    patched: Any = AddonManager
    patched.trigger_event = trigger_event


async def trigger_event(self: AddonManager, event: Hook) -> None:
    """Trigger an event across all addons that may have a hook for it, or others inside them that have."""
    name = event.name
    for addon in self.chain:
        if getattr(addon, name, None) is None and not hasattr(addon, "addons"):
            continue
        try:
            with safecall():
                await self.invoke_addon(addon, event)
        except AddonHalt:
            return
