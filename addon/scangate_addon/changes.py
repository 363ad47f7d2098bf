"""What is changed inside mitmproxy, where it has no call for what is needed."""

from scangate_addon import buffering, dispatch, interim, layers, silence


def install() -> None:
    """Change it. Once is enough."""
    buffering.measure_only_buffers()
    dispatch.install()
    layers.install()
    interim.install()
    silence.install()
