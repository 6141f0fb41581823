"""The decision guide as data: steps, their choices, and the outcomes they lead to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict

Method = Literal["in_context_learning", "rag", "peft", "full_fine_tuning", "rag_plus_fine_tuning"]
"""What an outcome may recommend; pre-training is not among them."""

Support = Literal["original", "secondary", "derived"]
"""Read in the source itself, in a page about it, or concluded by us."""

UNSURE = "unsure"
"""The choice that every step has beside its own."""

_FILE = ConfigDict(extra="forbid", use_attribute_docstrings=True)
"""Of everything that a guide's file holds; the docstrings become descriptions of its schema."""


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _branched(value: object) -> object:
    return [{"to": value}] if isinstance(value, str) else value


def _varied(value: object) -> object:
    return [{"text": value}] if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class State:
    """What the answers so far call for."""

    flags: frozenset[str] = frozenset()
    """Needs that stand: R retrieval, B a change of behaviour, F all weights tuned."""
    deferred: frozenset[str] = frozenset()
    """Needs that were put off, because something is missing to meet them."""


Names = Annotated[
    tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...])
]
"""Names; a guide's file may write a single one without its list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Holds when all of `when` stand, none of `unless` stand, and all of `deferred` are put off."""

    __pydantic_config__: ClassVar[ConfigDict] = _FILE
    when: Names = ()
    unless: Names = ()
    deferred: Names = ()

    def holds(self, state: State) -> bool:
        """Whether the condition holds in that state."""
        return (
            state.flags.issuperset(self.when)
            and state.flags.isdisjoint(self.unless)
            and state.deferred.issuperset(self.deferred)
        )

    @property
    def always(self) -> bool:
        """Whether the condition holds in every state."""
        return not (self.when or self.unless or self.deferred)


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Condition):
    """One way on: to a step, an outcome or a named route."""

    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant(Condition):
    """One wording of a text."""

    text: str


Branches = Annotated[
    tuple[Branch, ...], BeforeValidator(_branched, json_schema_input_type=str | tuple[Branch, ...])
]
"""Ways on, of which the first that holds is taken; a file may write a bare target."""

Wording = Annotated[
    tuple[Variant, ...], BeforeValidator(_varied, json_schema_input_type=str | tuple[Variant, ...])
]
"""Wordings, of which the first that holds is shown; a file may write a bare text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What something rests on."""

    __pydantic_config__: ClassVar[ConfigDict] = _FILE
    support: Support
    cite: Names = ()
    """Keys of sources."""
    basis: Literal["our inference"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Grounds):
    """A sentence or two for the reader, with what they rest on."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason(Statement):
    """Why an answer leads to the method, as long as its condition holds."""

    holds: Condition = Condition()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer to a step: what it changes, what it adds to the result, and where it leads."""

    __pydantic_config__: ClassVar[ConfigDict] = _FILE
    id: str
    label: Wording
    next: Branches
    valid: Condition = Condition()
    """When the answer makes sense at all."""
    listed: Condition = Condition()
    """When it is shown; an answer that is valid may be given unlisted, by a known answer."""
    sets: Names = ()
    clears: Names = ()
    defers: Names = ()
    todos: Names = ()
    done: Names = ()
    """To-dos that this answer shows to be done."""
    notices: Names = ()
    warnings: Names = ()
    caveats: Names = ()
    reason: Reason | None = None
    against: dict[str, str] = field(default_factory=dict)
    """By flag: why the answer speaks against that need."""
    implies: dict[str, str] = field(default_factory=dict)
    """By step: the choice that whoever says this has made there as well."""
    phrases: Names = ()
    """Ways of saying this, for whoever reads descriptions of projects."""

    def offered(self, state: State) -> bool:
        """Whether the choice is shown in that state."""
        return self.valid.holds(state) and self.listed.holds(state)

    def apply(self, state: State) -> State:
        """The state after this answer; only a need that stands can be put off."""
        put_off = state.flags.intersection(self.defers)
        return State(
            flags=state.flags.union(self.sets) - put_off - set(self.clears),
            deferred=(state.deferred | put_off).difference(self.sets),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSure(Choice):
    """The answer of someone who does not know: mostly it takes the cheaper branch."""

    id: str = field(default=UNSURE, init=False)
    label: Wording = (Variant(text="Not sure"),)
    because: str
    """What is assumed until they know."""


NotSures = Annotated[
    tuple[NotSure, ...],
    BeforeValidator(_listed, json_schema_input_type=NotSure | tuple[NotSure, ...]),
]
"""Meanings of Not sure, of which the first that is valid counts; a file may write a single one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Grounds):
    """One question of the guide."""

    id: str
    question: Wording
    why: str
    """Why we ask."""
    choices: tuple[Choice, ...]
    not_sure: NotSures
    loop: bool = False
    """Asked after building, and so allowed to lead back."""
    passage: str | None = None
    """Id of the passage behind the question: `key#heading-in-lower-case`; its source is cited."""

    def options(self, state: State) -> tuple[Choice, ...]:
        """The choices shown in that state, Not sure last."""
        return (*(choice for choice in self.choices if choice.offered(state)), self.unsure(state))

    def choice(self, name: str, state: State) -> Choice | None:
        """The choice of that id, where it makes sense in that state."""
        every = (*self.choices, *self.not_sure)
        return next((c for c in every if c.id == name and c.valid.holds(state)), None)

    def unsure(self, state: State) -> NotSure:
        """What Not sure means in that state."""
        return next(unsure for unsure in self.not_sure if unsure.valid.holds(state))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung(Condition):
    """What to try next if an outcome falls short."""

    method: Method | None = None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An end of the guide: a method, and what to know about it."""

    __pydantic_config__: ClassVar[ConfigDict] = _FILE
    id: str
    method: Method
    title: str
    because: Statement
    summary: tuple[Statement, ...]
    watch: tuple[Statement, ...]
    rungs: tuple[Rung, ...]
    """The next rung of the ladder is the first of these that holds."""
    todos: Names = ()
    caveats: Names = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodFacts:
    """What a method needs, and what it leaves open."""

    __pydantic_config__: ClassVar[ConfigDict] = _FILE
    title: str
    needs: Names = ()
    """Flags without which the method is not called for."""
    lacks: dict[str, Statement] = field(default_factory=dict)
    """By flag: why the method alone does not meet that need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """The meaning of a flag."""

    __pydantic_config__: ClassVar[ConfigDict] = _FILE
    meaning: str
    deferred: Statement | None = None
    """The warning given when the need was put off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice(Statement):
    """A method that is explained and advised against."""

    title: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Guide:
    """The whole decision guide."""

    __pydantic_config__: ClassVar[ConfigDict] = _FILE
    version: str
    title: str
    start: str
    """The first step."""
    after: str
    """The step asked once an outcome was built."""
    settings: dict[str, int]
    flags: dict[str, Need]
    steps: tuple[Step, ...]
    routes: dict[str, Branches]
    methods: dict[Method, MethodFacts]
    outcomes: tuple[Outcome, ...]
    advised_against: dict[str, Advice]
    todos: dict[str, Statement]
    always: Names
    """To-dos of every result, unless they are known to be done."""
    review: Statement
    """How to find out whether what was built is good enough, and what comes then."""
    notices: dict[str, Statement]
    warnings: dict[str, Statement]
    caveats: dict[str, Statement]
    """Advice that the series does not give."""

    def place(self, name: str) -> Step | Outcome:
        """The step or outcome of that id; KeyError if there is none."""
        outcomes = {outcome.id: outcome for outcome in self.outcomes}
        return outcomes.get(name) or self.step(name)

    def step(self, name: str) -> Step:
        """The step of that id; KeyError if there is none."""
        return {step.id: step for step in self.steps}[name]

    def follow(self, branches: tuple[Branch, ...], state: State) -> Step | Outcome:
        """Where these branches lead in that state, through named routes."""
        target = next(branch.to for branch in branches if branch.holds(state))
        route = self.routes.get(target)
        return self.place(target) if route is None else self.follow(route, state)

    def longest(self, step: Step, state: State) -> int:
        """The most questions left from a step on, itself included, until an outcome or a loop."""
        return _longest(self, step, state, {})


def _longest(guide: Guide, step: Step, state: State, seen: dict[tuple[str, State], int]) -> int:
    if (step.id, state) not in seen:
        ahead = [0]
        for choice in step.options(state):
            then = choice.apply(state)
            place = guide.follow(choice.next, then)
            if isinstance(place, Step) and place.id != guide.after:
                ahead.append(_longest(guide, place, then, seen))
        seen[step.id, state] = 1 + max(ahead)
    return seen[step.id, state]


def wording(variants: tuple[Variant, ...], state: State) -> str:
    """The text that fits the state."""
    return next(variant.text for variant in variants if variant.holds(state))
