"""What kind of answer a question asks for, read from its words."""

from __future__ import annotations

import re

_KINDS = {
    "number": r"\bhow (many|much|long|big|large|small|far|often|few|fast)\b"
    r"|\bwhat (share|percent\w*|fraction|size|number|rank|score|year)\b|percentage|\bwhen\b"
    r"|\bprice|\bcost|\brange|\bcount\b",
    "definition": r"^(so )?(what('?s| is| are)|define|explain|tell me about|whats|meaning)\b"
    r"|\bstands? for\b|\bmean\b",
    "reason": r"\bwhy\b|\breason|\bhow come\b",
    "person": r"\bwho(m|se)?\b|\bauthors?\b|\bwrote\b",
    "date": r"\bwhen\b|\bwhat (year|date|day|time)\b|release date|deadline|\bhow old\b",
    "price": r"\bpric(e|es|ing)\b|[$€£]|\b(dollars?|euros?|usd|fee|rent|salary|costs?)\b"
    r"|\bhow much (is|are|does)\b",
    "own": r"\b(our|ours|my|mine|we|we've|(?-i:us))\b",
    "personal": r"\b(our|ours|my|mine|we|we're|we've|(?-i:us)|i|i'm|i've|me|your|you)\b",
    "live": r"\b(today|now|currently?|latest|newest|yet|yesterday|tomorrow|tonight|recent(ly)?|"
    r"(this|last|next) (week|month|night|quarter|year)|202[5-9]|as of|these days|so far)\b",
    "internals": r"\b(system|developer|hidden|initial) (prompt|message|instructions?)\b"
    r"|\b(your|ur) (prompt|instructions|rules|config\w*|source code|internals?|environment)\b"
    r"|\b(api|secret|signing|access) ?(key|token|secret)s?\b|\b(bot|app|slack) tokens?\b"
    r"|\bpasswords?\b|\bcredentials\b|\binternal ids?\b|\benv(ironment)? variables?\b",
    "demand": r"\b(print|reveal|show|dump|repeat|paste|output|give|share|send|leak|tell|display)\b"
    r".{0,40}\b("
    r"(your|ur) (\w+ )?(prompt|instructions|rules|messages?|config\w*|keys?|tokens?|secrets?)"
    r"|(system|developer|hidden|initial) (prompt|message)|(api|secret|signing) ?keys?"
    r"|(bot|app|slack) tokens?|credentials|passwords?|env(ironment)? variables)\b",
    "task": r"^((please|pls|plz|can you|could you) )*(write|fix|install|build|debug|create|"
    r"generate|code|book|order|remind|schedule|translate|draft|make|set up|run|deploy|"
    r"show me how|give me (a|the|some) (script|code))\b",
}
_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _KINDS.items()}
_FOUND = {
    "number": re.compile(r"\d"),
    "date": re.compile(r"\b(?:19|20)\d\d\b"),
    "price": re.compile(r"[$€£]|dollar|\bcents?\b|USD|\bprice"),
    "person": re.compile(r"written by|\bauthors? |\bwrote\b"),
}
_GAP = re.compile(
    r"not held in this knowledge base|is not (?:identified|stated|known) in|does not hold"
)

_CLAUSE = re.compile(r"[^.?!;*/{}<>()\n\u061f\uff1f]*\?")
_SENTENCE = re.compile(r"[^.?!;*/{}<>()\n\u061f\uff1f]+")
_SMALL_TALK = frozenset(
    """a all awesome bye cheers cool day everyone evening folks good great guys hello hey hi hiya
    howdy lol lot morning much ok okay nice perfect ping pong so sup test testing thank thanks
    thx there ty very welcome wow yes yo you""".split()
)
SHORTEST = 3
"""Words of a question that can be read by itself."""
_MARK = re.compile(r"[?\u061f\uff1f]+[!\"')\]\u00bb\u201d]*(?:\s|$|(?<=[\u061f\uff1f]))")
_SENTENCES = re.compile(r"[^.!\n]+(?:[.](?!\s|$)[^.!\n]+)*[.!]*")
_BIDS = r"\b(?:explain|define|describe|compare|(?:tell|remind) (?:me|us))\b"
_ASKS = (
    r"(?:what(?! an?\b)|what'?s|which|whose|who|whom|how|why|when|where|is|are|was|were"
    r"|do(?! not\b)|does|did|can|could|should|would|will|has|have|any(?:one|body))"
    r"(?!['\u2019](?!s\b|re\b))\b"
)
_BEFORE = (
    r"(?:so|and|but|ok|okay|hi|hey|hello|all|everyone|folks|team|please|pls|well|also|btw|then"
    r"|quick question|question)"
)
_BIDDEN = re.compile(rf"\W*(?:{_BEFORE}\W+)*{_BIDS}", re.IGNORECASE)
_OPENED = re.compile(
    rf"(?:^|[,:;]|\b(?:about|at|by|for|from|in|of|on|to|with)\b)\W*(?:{_BEFORE}\W+)*{_ASKS}",
    re.IGNORECASE,
)


def is_small_talk(text: str) -> bool:
    """Whether `text` is a greeting, thanks or the like, and asks nothing."""
    words = re.findall(r"[^\W_]+", text.lower())
    return bool(words) and _SMALL_TALK.issuperset(words)


def is_question(text: str) -> bool:
    """Whether `text` asks something, with or without a question mark.

    A clause that opens as a question does not ask where its sentence ends in a full stop or an
    exclamation mark; "Explain RAG." does.
    """
    return _MARK.search(text) is not None or any(map(_opens, _SENTENCES.findall(text)))


def _opens(sentence: str) -> bool:
    sentence = sentence.strip()
    open_end = not sentence.endswith((".", "!"))
    return bool(_BIDDEN.match(sentence) or (open_end and _OPENED.search(sentence)))


def questions_in(text: str) -> list[str]:
    """The questions within a longer text, else its sentences; none where it is a single one."""
    clauses = _CLAUSE.findall(text) or _SENTENCE.findall(text)
    found = [clause.strip(" \"'[],-") for clause in clauses]
    return [each for each in found if each != text and len(each.split()) >= SHORTEST]


def asks(question: str, kind: str) -> bool:
    """Whether `question` asks for a thing of `kind`, or speaks of one ("own", "live", "task")."""
    return _PATTERNS[kind].search(question) is not None


def is_gap(sentence: str) -> bool:
    """Whether `sentence` says that the corpus does not hold something."""
    return _GAP.search(sentence) is not None


def has(text: str, kind: str) -> bool:
    """Whether `text` holds a "number", "date", "price" or "person"."""
    return _FOUND[kind].search(text) is not None
