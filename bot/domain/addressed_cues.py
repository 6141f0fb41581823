"""What the words of a message in a thread show: how it is put, and whom it seems to address."""

# ruff: noqa: RUF001 - other languages have other letters

from __future__ import annotations

import re
from functools import cache

READ = 1_000
"""Characters that are looked at."""
MENTION = "mention"
"""The sign that somebody else is mentioned."""
SHORT_WORDS, FULL_WORDS = 3, 7
"""A message has so many at most, or at least."""

_CUES = {
    "request": r"\b(explain|elaborate|clarify|summari[sz]e|rephrase|shorten|expand on)\b"
    r"|^(please |pls )?((a (bit|little)|even|much|now) )?(compare|define|describe|cite|list"
    r"|expand|go (on|deeper|ahead)|say more|more|shorter|longer|simpler|tl;?dr|the same|(as"
    r"|in) an? |in (short|simpler?|plain|one|other|english|german|french)( words| terms)?)\b"
    r"|\b(tell|give|show) (me|us) (more|an?|the|some|what|how|why|about)\b|\bmake (it"
    r"|that) short|\b(erkl[äa]r|expl[ií]ca|explique|açıkla)|^(please |pls )?(give|try|write"
    r"|add|put|check|also)\b(?! (me|us) your)",
    "source": r"\b(sources?|references?|citations?|evidence|papers?|proof|quelle|fuente)\b"
    r"|\[\d+\]|\b(example|rule of thumb|numbers? for|link to|where can i read)\b",
    "please": r"\b(please|pls|plz|bitte|por favor|lütfen)\W*$",
    "puzzled": r"\b(don'?t|do not|didn'?t|can'?t) (really |quite |fully |yet )?(get"
    r"|understand|follow|see (why|how))\b|\bnot clear\b|\bunclear\b|\b(still |a bit |i('m"
    r"| am) )(confused|lost)\b|\bmy question\b|\bdoesn'?t answer\b|\bi asked\b"
    r"|\bi was asking\b",
    "meant": r"\bi (mean|meant)\b|\b(i|we) want(ed)? to know\b|\blike to know\b|\bi (just "
    r"|also )?wonder\b|\bcurious\b",
    "challenge": r"\b(that|this|it)('?s| is| seems| sounds| looks| can'?t be) (\w+ )?(wrong"
    r"|incorrect|outdated|false|right|true|correct)\b|\bcontradict|\bdoes(n'?t| not) (match"
    r"|agree)\b|\bsure\?|\b(paper|article|docs?|source|authors?|\[\d+\]) (actually |clearly "
    r"|only )?(says?|said|claims?|states?|reports?|uses?|tested)\b|\bit says\b|\bi (thought"
    r"|read|expected)\b|\bother way (a)?round\b",
    "back": r"\b(answer|reply|list|table) above\b|\b(coming|come) back\b|\bback (to|on)\b"
    r"|\banyway\b|\b(one more|another|next|last|different|same|follow-?up|related|quick"
    r"|stupid|newbie) (thing|question|one)\b|\bfollow-?up\b",
    "point": r"\b(the|your) (first|second|third|last|other) (\w+ )?(point|part|source"
    r"|option|sentence|step|link|one)\b",
    "what_about": r"\b(what|waht|wht|wat|how) a(bou|buo|b|ou)t\b|那.*呢",
    "condition": r"\b(if|when|unless|without|even (for|if|when|with))\b",
    "generic": r"\b(usual(ly)?|typical(ly)?|common(ly)?|normal(ly)?|recommend(ed|ation)"
    r"|general(ly)?|on average|difference between|compared|in practice|ever|worth|published"
    r"|at all|rule of thumb)\b",
    "domain": r"\b(q?lora|dora|rag|dpo|rlhf|sft|peft|llms?|adapters?|rank|alpha|tokens?"
    r"|tokeni[sz]er|epochs?|learning rate|embeddings?|retriev\w+|rerank\w*|chunks?"
    r"|fine-?tun\w+|tuning|pre-?train\w*|prompts?|models?|weights?|layers?|quanti\w+"
    r"|\d+-?bits?|bf16|fp16|gpus?|vram|memory|inference|latency|\d+b|labels?|examples"
    r"|metrics?|evaluat\w+|attention|overfit\w*|distill\w+|merg\w+|batch|checkpoints?"
    r"|hallucinat\w+|index|optimi[sz]er|gradients?|parameters?|context|frozen|forget\w*)\b",
    "past": r"\b(was|were|did|worked|went|happened|improved|had|got)\b",
    "deixis": r"\b(it|its|that|this|they|them|those|these)\b",
    "ours": r"\b(we|us|our|ours|unser\w*|nuestr\w+|notre|nos|bizim)\b",
    "i": r"\b(i|my|mine|me|i'm|ich|yo)\b",
    "you_bot": r"\b(can|could|would|will) (you|u) (please |pls |also |maybe |quickly "
    r"|still )*(explain|elaborate|clarify|add|include|give|cite|list|summari|compare|expand"
    r"|rephrase|say|tell|point|name|go|quote|translate|answer|shorten|provide|define"
    r"|describe|break|back|walk|recommend|suggest|repeat|write|put|be more)|\bdo (you"
    r"|u) have (an?|any|some|more|other) (\w+ )?(source|paper|reference|citation|number"
    r"|figure|example|link|detail|evidence|stud|benchmark)|\b(do|did) (you|u) (mean|know)\b"
    r"|\b(are|r) (you|u) (really )?sure\b|\b(kannst|könntest|puedes|peux)[ -](du|tu|mir|uns"
    r"|me|nos)?\b",
    "you_said": r"\b(you|u) (just |didn'?t )?(said|say|wrote|mention|cite|claim|quote"
    r"|answer|misunder)\w*\b|\byour (\w+ )?(answer|repl|source|explanation|summary|link"
    r"|recommend)",
    "you": r"\b(you|u|your|ur|yours|you'\w+|du|dir|dich|deine?\w*|ihr|euch|sen|siz|tú|tu"
    r"|vous)\b|你",
    "you_people": r"\b(did|have|had|were|haven'?t|didn'?t|weren'?t) (you|u)\b(?! (mean"
    r"|know))|\b(are|r) (you|u)\b(?! (really )?sure)|\b(you|u) (guys|two|all|folks|both)\b"
    r"|\b(do|would|will|can|could) (you|u) (please |also |still |maybe |quickly |all )*(want"
    r"|wanna|mind|remember|need|plan|send|look|take|join|come|ask|try|run|share|push|agree"
    r"|think|use|show|have time)\b|\byour (team|data|dataset|code|branch|pr|runs?|setup"
    r"|config|script|project|side|turn|opinion|thoughts|take)\b|\bwdyt\b|\bwhat (do"
    r"|would) (you|u) (think|say)\b|\b(what|how) about (you|we|us)\b|\b(hast|habt|bist|seid"
    r"|willst) (du|ihr)\b|\b(as-tu|t'as|tu as|tu étais|avez-vous)\b"
    r"|\b\w+[dt][ıiuü]n m[ıiuü]\b|\bm[ıiuü]s[ıiuü]n\b|\b(has|tienes|quieres) \w+|你(试|有|觉)",
    "group": r"\b(any|some)(one|body)\b|\b(which|one|some|all|both|any|who) of (you|us)\b"
    r"|\bevery(body|one)\b|\b(guys|folks)\b|\bwho('s| is| are)? (has|have|wants?|can|could"
    r"|will|knows?|else|going|owns?|takes?|did|brings|needs|pays|maintains|set up)\b|^(so "
    r"|any )*(objections?|volunteers?|takers?|opinions?|thoughts?|ideas|ok|okay|agreed"
    r"|all (clear|good|set))\?\W*$|\b(jemand|alguien|quelqu'un|kimse)\b|谁",
    "plan": r"\blet'?s\b(?! (say|assume|take))|\blet me (try|check|see|run)\b|\bshall (we"
    r"|i)\b|\b(i|we|you)('ll| will)\b|\b(gonna|going to|about to)\b|\bshould i (ask|update"
    r"|set|rerun|take|open)\b|\b(should|can|could) (we|i) (meet|move|ask|book|talk|discuss"
    r"|take|join|help|send|see|look)\b|\bwant (me )?to\b|\b(ok|okay|mind) if i\b|\b(will"
    r"|can) do\b|\bneed (any |some |a )?(help|hand)\b|\b(lass(t)? uns|sollen wir|vamos"
    r"|quedamos|on se voit|hadi)\b",
    "when": r"\b(today|tonight|tomorrow|yesterday|(mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|eod|asap|(this|next|last) (week|morning|afternoon|month|sprint|quarter|year|run|time)"
    r"|in q[1-4]|(back )?in (spring|summer|january|february|march|april|june|july)|at (noon"
    r"|\d+(:\d\d)?)|heute|morgen|gestern|mañana|ayer|demain|hier|la semaine|yarın|bugün"
    r"|dün)\b|明天|今天|昨天",
    "office": r"\b(lunch|coffee|beers?|cake|meet(ing|up)|stand-?up|calendar|invite|deadline"
    r"|jira|prs?|slides|vacation|weekly|call|demo|desk|room|intern|boss|on call|clients?"
    r"|the customers?|budget|release|toplantı|reunión|réunion|kaffee|café)\b|午饭|咖啡|会议",
    "workplace": r"\b(where (is|are)|when (will|can|do) (we|the|i))\b|\b(queue|jobs?|laptop"
    r"|machines?|finance)\b|\b(is|are) the (\w+ ){1,3}(still|free|back|done|ready|down|up"
    r"|running|in)\b|\b(script|folder|dashboard|notebook|repo|branch|cluster|staging"
    r"|prod(uction)?|bucket|logs?|server|drive|project|(the|that|this|last|my|a|which|our"
    r"|your) (\w+ )?(run|team|config)|runs)\b|\b(do|did|didn't|are|have) we\b|\bhow did (it"
    r"|that|the) go\b|\bis (this|that) (for|about) the\b|\b(already|yet|again|left|somewhere"
    r"|still on)\W*$",
    "rhetorical": r"\bwho (would|knew|knows|cares|needs)\b|\bcould (possibly )?go wrong\b"
    r"|\bwhy (do|am|are) (we|i) (always|even)\b|\b(huh|eh|ok|okay)\?\W*$|\btold (you|ya)\b"
    r"|^what an?\b|\bhow (cool|nice|great|lovely|convenient|funny)\b",
    "laughing": r"\b(a?ha(ha)*|lol|lmao|mdr)\b|:[a-z_+1]+:|[😀-🙏🤣🎉👍🙌😂🤔🧠]|[:;]-?[)D]",
    "praise": r"\b(nice|cool|great|perfect|awesome|good|useful|helpful|interesting"
    r"|makes sense|exactly|expected|confirm|sense|know)\b",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _CUES.items()}
_FILLERS = frozenset(
    """ah aha ahh also alright actually and anyway awesome btw but cool er fine good got great ha
    hey hi hm hmm hmmm interesting it just makes nice no nope oh ok okay or perfect please pls
    quick really right see sense so sorry still sure super thank thanks that then though thx to
    uh uhm um very wait well wow yeah yep yes you helpful und oder aber danke y o pero gracias
    vale et mais merci peki ve tamam e""".split()
)
_INVERTED = re.compile(
    r"^(?:is|are|does|do|did|can|could|should|would|will|has|have)(?:n't)? "
    r"(?:it|this|that|these|those|there|the|they|we|i|you|one|an?|any|all|both)\b"
    r"|^(?:what|waht|wht|wat|how|hwo|why|wy|where|when|who|which|wich)"
    r"(?: (?!i |we |he |she )\w+){0,4}? "
    r"(?:is|are|does|do|did|can|could|should|shoud|would|will|has)\b(?! (?:what|why)\b)"
    r"|^(?:how (?:much|many|long|often|big|large|come|do)|what'?s|how's|why)\b",
    re.IGNORECASE,
)
_NO_NAMES = _FILLERS | frozenset(
    """again all another as at back bot code link both by careful correct does each either else
    exactly example few finally first follow-up for from generally given guess happy heard here
    however i if imo in instead its it's kidding know last later less let's like lol lora mainly
    many maybe mean more most my naively need next not now of on once one only our overall peft
    per probably qlora question rag read roughly said same second short since some sounds stupid
    than that's the there there's they think this today tomorrow too training true tuning update
    using want we with without wonder yet newbie bitte genau nur schon denn doch favor alors
    donc aussi lütfen is are was were did do can could should would will has have had may might
    must isn't aren't doesn't don't didn't wasn't wouldn't shouldn't couldn't can't won't dose
    ist sind kann können braucht gibt gilt muss soll es son hay what what's whats which who
    who's whose how how's why when where where's waht wht wat wich hwo wie warum wieso welche
    welcher welches wann wo wer qué que cómo como cuál cuándo cuánto cuántos dónde por quién
    quoi pourquoi comment quel quelle quand où qui combien ne neden nasıl hangi kaç nerede any
    anything""".split()
)
_NAME = r"(?P<name>[^\W\d_]+)"
_NAMED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            rf"^(?:(?:hey|hi|ok|okay|and|so|but|yes|no|thanks|oh|hm+|well|thx)[\s,!.]+)*{_NAME}"
            r"(?:\s(?:and|und|y|et|&)\s[^\W\d_]+)?(?:, |: | [-–] "
            r"|\s+(?=(?:what|how|why|where|when|which|did|do|have|are|can|could|will|would|is)\s"
            r".*\b(?:you|your|u|we|this|that|my)\b))"
        ),
        rf"^(?:hey|hi|hello|yo|thanks|thank you|thx|danke|gracias|merci|hola|hallo)\s+{_NAME}\b",
        rf"^[^,]*\w\s*,\s*{_NAME}\s*[.!?]*$",
    )
)
_QUOTED = re.compile(r"^\s*(?:>|&gt;).*$|[\"“][^\"“”\n]{12,}[\"”]", re.MULTILINE)
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
_LINK = re.compile(r"<?https?://[^\s>]+>?")
_MENTION = re.compile(r"<[@!][^>]*>")
_CLAUSE = re.compile(r"[^.!?;:\n？！。؟]+[.!?;:？！。؟]*")
_ASKED = ("?", "？", "؟")
_GENERIC_YOU = re.compile(
    r"\b(if|when|once|unless|because|before|after|as|that|means) you(?= )"
    r"|\b(can|do|does|should|could|would|must|how|why) you(?= (?:(?:still|also|really|usually"
    r"|normally|typically|always|ever|just|have to|need to) )*(?:need(?! (?:this|it|help|me|any))"
    r"|combine|merge|choose|avoid|prevent|measure|evaluate|get|stack|quanti[sz]e|mix|serve|swap"
    r"|tune|set|apply|know (?:when|if|whether|which))\b)",
    re.IGNORECASE,
)


def cues(text: str, *, name: str) -> frozenset[str]:
    """The names of all that `text` shows; `name` is what people call the bot.

    Mentions are as Slack sends them ("<@U123>").
    """
    text = text[:READ]
    plain = _plain(text)
    clauses = [clause.strip() for clause in _CLAUSE.findall(plain) if clause.strip()]
    called = _called(plain, clauses, name)
    found = _shape(plain, clauses) | _words(plain, clauses) | called
    if _MENTION.search(_QUOTED.sub(" ", text)):
        found |= {MENTION}
    if _names_person(plain, clauses, name):
        found |= {"to_person"}
    if "called" in called:
        found -= {"you", "you_people", "you_said", "to_person"}
    return found


def _plain(text: str) -> str:
    text = _CODE.sub(" code ", text.replace("’", "'"))
    text = _LINK.sub("link", _QUOTED.sub(" ", text))
    text = _GENERIC_YOU.sub(lambda match: f"{match[1] or match[2]} one", text)
    return " ".join(_MENTION.sub("@", text).split())


def _shape(plain: str, clauses: list[str]) -> frozenset[str]:
    words = len(plain.split())
    asked = any(clause.endswith(_ASKED) for clause in (*clauses, plain))
    bare = [_bare(part) for clause in clauses for part in _parts(clause)]
    shown = {
        "mark": asked,
        "last_mark": plain.endswith(_ASKED),
        "unmarked": not asked and any(_INVERTED.search(part) for part in bare),
        "short": words <= SHORT_WORDS,
        "full": words >= FULL_WORDS,
    }
    return frozenset(name for name, is_shown in shown.items() if is_shown)


def _parts(clause: str) -> tuple[str, str]:
    """The clause itself and what follows its last comma."""
    return clause, clause.rpartition(", ")[2]


def _bare(clause: str) -> str:
    """Without the words that only lead in."""
    words = clause.split()
    while len(words) > 1 and words[0].lower().strip(",-") in _FILLERS:
        words = words[1:]
    return " ".join(words)


def _words(plain: str, clauses: list[str]) -> frozenset[str]:
    tried = [plain, *map(_bare, clauses)]
    return frozenset(
        cue for cue, pattern in _PATTERNS.items() if any(pattern.search(each) for each in tried)
    )


@cache
def _patterns_of(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What calls the bot of that `name`, and what speaks of it."""
    bot = rf"(?:{re.escape(name)}|bot)"
    called = re.compile(
        rf"^(?:(?:hey|hi|hello|ok|okay|and|so|but|dear)[\s,]+)*@?{bot}"
        rf"(?:\s*[,:!?;–-]+\s|\s*[?!.]*$|\s+(?=(?:and|then|what|how|why|which|who|when|where"
        rf"|please|pls|explain|can you|could you|does|is (?:it|that|this|there))\b))"
        rf"|(?<!thanks)(?<!thank you)(?<!thx),\s*@?{bot}\s*[?!.]*$|\b(?:please|pls),?\s+@?{bot}\b"
        rf"|\W@?{bot}\s+(?=(?:what|how|why|which|who|when|where|please|can you|could you)\b)",
        re.IGNORECASE,
    )
    return called, re.compile(rf"\b(?:{re.escape(name)}|bot)\b(?!'s \w)", re.IGNORECASE)


def _called(plain: str, clauses: list[str], name: str) -> frozenset[str]:
    called, spoken_of = _patterns_of(name)
    if any(called.search(clause) for clause in (plain, *clauses)):
        return frozenset({"called"})
    return frozenset({"of_bot"}) if spoken_of.search(plain) else frozenset()


def _names_person(plain: str, clauses: list[str], name: str) -> bool:
    names = (
        match["name"]
        for part in (plain, *(part for clause in clauses for part in _parts(clause)))
        for pattern in _NAMED
        if (match := pattern.search(part))
    )
    return any(_is_name(each) for each in names if each.lower() != name.lower())


def _is_name(word: str) -> bool:
    known = word.lower() in _NO_NAMES or word.lower().endswith("ly")
    return not known and word[1:] == word[1:].lower() and len(word) > 1
