"""Which messages the gate has let through. Only what stands here leaves the proxy."""

from weakref import WeakKeyDictionary


class Passes:
    """One pass per flow or connection at a time, for one object, good once."""

    def __init__(self) -> None:
        self._passes: WeakKeyDictionary[object, object] = WeakKeyDictionary()

    def grant(self, owner: object, what: object) -> None:
        """Let `what` through."""
        self._passes[owner] = what

    def spend(self, owner: object, what: object) -> bool:
        """Return whether `what` may go through, and forget it."""
        return self._passes.pop(owner, None) is what
