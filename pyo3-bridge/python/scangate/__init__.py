"""A verdict on what an AI agent sends and receives: allow, redact or block."""

from scangate._errors import PolicyError, ScanError
from scangate._scangate import Answer, Edited, Scanner, Stream
from scangate._words import Action, Category, Code, Confidence, Severity, Verdict

__all__ = [
    "Action",
    "Answer",
    "Category",
    "Code",
    "Confidence",
    "Edited",
    "PolicyError",
    "ScanError",
    "Scanner",
    "Severity",
    "Stream",
    "Verdict",
]
