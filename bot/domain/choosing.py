"""Tells whether a question asks which method to choose for the asker's own case.

The decision guide answers such questions; the corpus answers what the methods are and do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable


def _any(*patterns: str) -> str:
    return f"(?:{'|'.join(patterns)})"


def _words(text: str) -> str:
    return _any(*text.split())


_A, _FEW, _SOME, _MANY = ".{0,10}", ".{0,20}", ".{0,40}", ".{0,80}"
"""Gaps; bounded, so that a long text costs no more than its length."""

_MODEL = r"(?:own )?(?:\w+ )?(?:models?|llms?)"
_METHOD = _any(
    *(
        "rag",
        r"retrieval(?:[- ]augment\w+)?",
        "q?lora",
        "peft",
        "adapters",
        r"parameter[- ]efficient",
    ),
    r"(?:full(?:y)? |instruction[- ])?fine[- ]?tun(?:e|ing)",
    r"an? fine[- ]?tuned (?:model|llm)",
    r"(?:full|prompt|prefix|p|instruction|model)[- ]?tuning",
    "tuning",
    rf"tune (?:all|it|everything|(?:the|our|my|an?) (?:weights|{_MODEL}))",
    r"prompting",
    r"(?:long |good |better |a )?prompts?(?: engineering)?",
    r"few[- ]shots?(?: \w+)?",
    r"in[- ]context(?: learning)?",
    "icl",
    r"(?:continued |continual )?pre[- ]?train(?:ing)?",
    "cpt",
    rf"train(?:ing)?(?= (?:it|something|from scratch|(?:our|my|its|an?|the) {_MODEL})\b)",
    r"retrain(?:ing)?",
)
_KIND = (
    r"(?:(?:adaptation |customi[sz]ation )?"
    rf"{_words('method approach technique strategy route option path way solution')}(?:e?s)?)"
)
_WE = r"(?:we|i|you|one|(?:my|our)(?: \w+){1,2}|one of (?:my|our) \w+)"
_TAKE = _any(
    _words("use choose pick take try recommend suggest advise prefer need do"),
    r"go (?:with|for)",
    r"opt for",
    r"start(?: with)?",
    r"stick (?:with|to)",
)
_FILLER = _words(
    """even really actually just still rather only better be have need want to use using try trying
    choose pick take go for with in into invest start stick consider do doing combine skip get away
    off rely on live without build whether first here any some our own the a it this"""
)
_FITS = _any(
    _words(
        """enough sufficient suffice overkill worth right better best good wise sensible work help
        suits? suitable fits? needed necessary required appropriate"""
    ),
    r"makes? sense",
    r"the way",
)
_TEACH = _words("adapt teach make get customi[sz]e speciali[sz]e tailor")
_SHALL = _words("should would could do can must shall")

_ASKED = (
    (
        r"\b(?:which|what)(?:'?s)? "
        rf"(?:one|of \w+(?: \w+)?|(?:kind of |sort of )?{_KIND}|{_METHOD})\b"
        rf"{_SOME}\b{_SHALL} {_WE}\b{_FEW}\b{_TAKE}"
    ),
    (
        rf"\bwhat (?:(?:should|would|could|shall) {_WE} (?:then |best )?{_TAKE}"
        r"|do you (?:recommend|suggest|advise))\b(?= *(?:[?.,:;]|$|(?:for|with|when|if|in|here)\b))"
    ),
    rf"\b(?:recommend|suggest|advise)(?: me| us)? (?:something|an? (?:\w+ )?{_KIND})\b",
    rf"\bhelp (?:me|us) {_FEW}\b(?:choose|decide|pick|select)\b{_SOME}\b(?:{_METHOD}|{_KIND})\b",
)
"""Asks for a choice, whatever else is said."""

_ASKED_OF_CASE = (
    (
        rf"\b(?:which|what)(?:'?s)?\b{_FEW}\b{_KIND}\b{_A}\b(?:(?:is|are|would|will|can) )?"
        rf"(?:be )?(?:the )?{_FITS}\b"
    ),
    rf"\bbest {_KIND}\b(?! to (?!(?:{_TEACH}|let|have|build|add|bring|inject|put|give)\b))",
    rf"\b(?:which|what) (?:one |of \w+(?: two)? )?is (?:the )?(?:best|right|better)\b{_A}for\b",
    rf"\b(?:should|shall|must|do|would|might) {_WE}(?: {_FILLER}){{0,6}} {_METHOD}\b",
    (
        rf"\b(?:can|could) {_WE} (?:just )?(?:get away with|skip|avoid|do without|rely on|live with"
        rf"|make do with)\b(?: \w+){{0,2}} {_METHOD}\b"
    ),
    (
        rf"\b(?:is|are|would|will|does|do|can) (?:it |doing |using |an? |the )?{_METHOD}\b{_SOME}"
        rf"\b{_FITS}\b"
    ),
    rf"\b(?:is|would|does|do) (?:it|that|this)\b{_FEW}\b{_FITS}\b{_SOME}\b(?:{_METHOD}|for)\b",
    rf"\b(?:am|are|be) (?:we |i )?better off\b{_SOME}\b{_METHOD}\b",
    rf"\b{_METHOD}\b{_SOME}\b(?:or|vs|versus)\b{_SOME}\b{_METHOD}\b",
    (
        rf"\b(?:can(?:'|no)t decide|torn|hesitat\w+|(?:not |un)sure (?:if|whether|about)|wonder\w*"
        r"|thinking (?:about|of)|considering|advice|advise|recommend|suggest)\b"
        rf"{_MANY}\b{_METHOD}\b"
    ),
    rf"\b{_METHOD}\b{_MANY}\b(?:(?:good|bad) (?:idea|choice|call)|right (?:call|choice))\b",
    (
        rf"(?:^|[,.:;?-]) *(?:so |maybe |then |or )*{_METHOD}(?: it)?"
        r"(?:,? (?:then|right|instead|maybe|here))? *\?"
    ),
    (
        rf"\bhow (?:should|could|can|do|would|shall) (?:we|i|you) (?:best )?{_TEACH}\b{_SOME}"
        r"\b(?:llms?|models?|gpt\S*|llama\S*|mistral\S*|bot|assistant|chatbot)\b"
    ),
)
"""Asks for a choice where it is said whose, or what for."""

_DETAIL = _any(
    "learning rates?",
    "base models?",
    _words(
        r"""ranks? alpha epochs? batch chunk embedding vector index database gpus? optimi[sz]ers?
        tokeni[sz]ers? hyper-?parameters? layers? temperature frameworks? librar(?:y|ies) tools?
        models? metrics? licen[cs]e bits? data datasets? prices? sizes?"""
    ),
)
_NAMED = _words("one of kind sort should would could do does can shall is are")

_FACT = (
    r"^(?:(?:and|so|but|hi|hey|ok)\W+)*(?:why|who|whose|when|where(?! should))\b",
    r"^how (?:does|is|are|was|were)\b",
    r"\bhow (?:much|many|long|often|big|large|far|fast|high|low)\b",
    rf"\b(?:which|what) (?:\w+ ){{0,2}}{_DETAIL}\b(?! (?:is|are) \w+ \w+ing\b)",
    rf"\b(?:which|what) (?!(?:{_NAMED}|{_KIND}|{_METHOD})\b)(?:\w+ ){{1,3}}{_SHALL} {_WE}\b",
    r"\bacc(?:ording)? to\b|\bper\b|'s (?:view|eyes|take|opinion|paper|study|guide)\b",
    r"\b(?:does|would) (?!(?:you|we|i)\b)\w+ (?:say|recommend|advise|suggest|prefer)\b",
    r"\bpart (?:[123]|one|two|three)\b",
    r"\b(?:paper|study|studies|guide|series|authors?|article|et al)\b",
    r"\bdifferences? between\b|\bdid\b",
)
"""Asks for a reason, a person, a figure, a setting, or what somebody else says."""


def _compiled(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(_any(*patterns), re.IGNORECASE)


_CHOICE, _CHOICE_OF_CASE, _FACTS = map(_compiled, (_ASKED, _ASKED_OF_CASE, _FACT))
_CASE = _compiled(
    (
        r"\b(?:we|we're|we've|our|ours|us|i|i'm|i've|my|me|mine|team|company|startup)\b",
        r"\b(?:for|fits?|suits?) (?:an?|the|this|that) ",
    )
)
_TOLD = _compiled([r"\b(?:tell|show|give|explain to|remind) (?:me|us|my \w+)\b"])
_SHORTENED = _compiled([r"\b(acc|vs|e\.g|i\.e|etc)\."])
_SENTENCE = re.compile(r"[^.?!\n]+(?:[.?!](?!\s|$)[^.?!\n]+)*[.?!]*")


def about_method(text: str) -> bool:
    """Whether `text` asks for advice on which method to choose, for a case of the asker's own."""
    has_case = _CASE.search(_TOLD.sub("", text)) is not None
    sentences = _SENTENCE.findall(_SHORTENED.sub(r"\1", text))
    return any(_asks_for_choice(each.strip(), has_case=has_case) for each in sentences)


def _asks_for_choice(sentence: str, *, has_case: bool) -> bool:
    if _FACTS.search(sentence):
        return False
    of_case = has_case and _CHOICE_OF_CASE.search(sentence) is not None
    return of_case or _CHOICE.search(sentence) is not None
