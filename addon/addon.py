"""Scangate for mitmproxy: `mitmdump -s addon.py`.

Every request, response, WebSocket message and tunnel waits for a verdict; README says what happens without one.
The hooks are in `scangate_addon/gate.py`, the options in `scangate_addon/options.py`.
"""

from scangate_addon.gate import Gate

addons = [Gate()]
