"""Hooks that end in a refusal whatever happens inside them."""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

log = logging.getLogger(__name__)
Owner = TypeVar("Owner")
Subject = TypeVar("Subject")


def fail_closed(
    refuse: Callable[[Subject], None],
) -> Callable[[Callable[[Owner, Subject], Awaitable[None]]], Callable[[Owner, Subject], Awaitable[None]]]:
    """Decorate an async hook: `refuse` what it is about when it ends in an exception of any kind.

    mitmproxy forwards when a hook raises an Exception, and lets the flow hang for ever on anything else.
    """

    def decorate(hook: Callable[[Owner, Subject], Awaitable[None]]) -> Callable[[Owner, Subject], Awaitable[None]]:
        @functools.wraps(hook)
        async def closed(owner: Owner, subject: Subject) -> None:
            try:
                await hook(owner, subject)
            except BaseException as error:
                refuse(subject)
                if _ends_the_proxy(error):
                    raise
                # Its words could quote the message. No error: mitmproxy ends when one is logged while it starts, and
                # by then its port is open.
                log.warning("refused: %s raised %s", hook.__name__, type(error).__name__)

        return closed

    return decorate


def _ends_the_proxy(error: BaseException) -> bool:
    if isinstance(error, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is not None and task.cancelling() > 0
    return isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit)
