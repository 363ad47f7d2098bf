"""The words of the contract. A test compares them with what Rust exports."""

from typing import Literal, TypeAlias

Verdict: TypeAlias = Literal["allow", "redact", "block"]
Action: TypeAlias = Literal["allow", "flag", "redact", "block"]
Category: TypeAlias = Literal["secret", "known", "pii", "exfiltration", "injection", "mcp", "host"]
Severity: TypeAlias = Literal["low", "medium", "high", "critical"]
Confidence: TypeAlias = Literal["low", "medium", "high"]
Code: TypeAlias = Literal["malformed", "unknown_field", "invalid_value", "over_limit", "undecodable", "deadline"]
