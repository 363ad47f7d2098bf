"""What the addon's tests share."""

from collections.abc import Callable, Iterator

import pytest
from support import ALLOW, Proxy, Says, Scripted, options_context

from scangate_addon.gate import Gate
from scangate_addon.guard import find_or_add
from scangate_addon.judgement import Policy


@pytest.fixture
def proxy() -> Iterator[Callable[..., Proxy]]:
    """Return a function that makes a proxy whose scanner says what it is told."""
    with options_context() as tctx:

        def make(says: Says = lambda _: ALLOW, *, rules: Policy | None = None) -> Proxy:
            scanner = Scripted(says, *([rules] if rules else []))
            gate = Gate(lambda _: scanner)
            tctx.master.addons.add(gate)
            tctx.configure(gate)
            return Proxy(gate, find_or_add(tctx.master.addons), tctx, scanner)

        yield make
