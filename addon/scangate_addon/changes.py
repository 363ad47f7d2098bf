"""What is changed inside mitmproxy, where it has no call for what is needed."""

import functools

from scangate_addon import buffering, dispatch, hangups, heads, interim, layers, silence, trailers


@functools.cache
def install() -> None:
    """Change it, once: mitmproxy loads a script again when its file is touched, but not what the script imports."""
    for change in (buffering, dispatch, hangups, heads, interim, layers, silence, trailers):
        change.install()
