"""Opens the scanner that the options name."""

from mitmproxy import exceptions

from scangate_addon.inprocess import InProcess
from scangate_addon.judgement import Backend
from scangate_addon.options import Settings
from scangate_addon.service import Service


def open_backend(settings: Settings) -> Backend:
    """Return the wheel or the service.

    Raises:
        OptionsError: the wheel is not installed, or the policy is wrong.
    """
    if settings.target is not None:
        return Service(settings.target, settings.timeout_ms, settings.session)
    try:
        from scangate import PolicyError, Scanner
    except ImportError as error:
        raise exceptions.OptionsError(
            "the scangate wheel is not installed beside mitmproxy; install it, or set scangate_backend to a service"
        ) from error
    try:
        return InProcess(Scanner(settings.policy), settings.timeout_ms, settings.session)
    except (PolicyError, OSError) as error:
        raise exceptions.OptionsError(f"scangate_policy: {error}") from error
