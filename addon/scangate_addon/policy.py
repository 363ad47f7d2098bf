"""Reads what the addon needs out of the policy that a scanner hands over."""

from collections.abc import Mapping

from scangate_addon.judgement import FAILURES, NoVerdict, Policy


def parse_policy(fields: object) -> Policy:
    """Return the addon's share of a policy.

    Raises:
        NoVerdict: a field that the addon acts on is missing or of the wrong type.
    """
    root = _table(fields, "policy")
    limits, egress = _table(root.get("limits"), "limits"), _table(root.get("egress"), "egress")
    body_bytes, passthrough = limits.get("body_bytes"), egress.get("passthrough")
    if not isinstance(body_bytes, int) or isinstance(body_bytes, bool) or body_bytes < 1:
        raise _wrong("limits.body_bytes")
    if not isinstance(passthrough, list) or not all(isinstance(host, str) for host in passthrough):
        raise _wrong("egress.passthrough")
    failure = _table(root.get("failure"), "failure")
    judges_inbound = root.get("judges_inbound", True)
    if not isinstance(judges_inbound, bool):
        raise _wrong("judges_inbound")
    passes_out, passes_in = _flagged(failure, "outbound"), _flagged(failure, "inbound")
    return Policy(body_bytes, tuple(passthrough), passes_out, passes_in, judges_inbound)


def _flagged(failure: Mapping[object, object], direction: str) -> frozenset[str]:
    """The ways of failing that pass with a flag."""
    actions = _table(failure.get(direction), f"failure.{direction}")
    if not all(actions.get(name) in ("block", "flag") for name in FAILURES):
        raise _wrong(f"failure.{direction}")
    return frozenset(name for name in FAILURES if actions[name] == "flag")


def _table(value: object, name: str) -> Mapping[object, object]:
    if not isinstance(value, Mapping):
        raise _wrong(name)
    return value


def _wrong(name: str) -> NoVerdict:
    return NoVerdict("error", f"the scanner's policy has no usable {name!r}")
