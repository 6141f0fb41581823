"""Whether a few words deny something."""

from __future__ import annotations

import re

_DENIAL = re.compile(
    r"\b(?:no|not(?! (?:only|just)\b)|never|none|nobody|nothing|nowhere|neither|nor|without|w/o"
    r"|cannot|hardly|barely|rarely|zero|nil|zilch|lack(?:s|ing)?|unable|instead of|rather than"
    r"|(?:do|does|did|is|are|was|were|has|have|had|wo|ca|could|would|should|must)n['\u2019]?t)\b",
    re.IGNORECASE,
)


def denies(text: str) -> bool:
    """Whether `text` denies; two denials affirm."""
    return len(_DENIAL.findall(text)) % 2 == 1
