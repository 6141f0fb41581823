"""Fits the weights of bot.domain.addressed to the labelled threads of this folder.

`python -m tests.addressed.fit` prints the table and the figures of cross-validation; with --write
it puts the table into the module. Deterministic: no random number is drawn beyond fixed folds.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict, get_args

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from bot.domain import addressed as gate
from bot.domain.addressed import Signs, ThreadState, Turn, Weights, signs
from bot.domain.addressed_cues import MENTION

THREADS = Path(__file__).parent
FITTED = ("own.jsonl", "held.jsonl", "more.jsonl")
"""What the weights are fitted to; held2.jsonl is only measured."""
PRECISION = 0.94
"""That the threshold has to keep in cross-validation: 0.9 and a margin for other people's words."""
LOOSENESS = 2.0
"""scikit-learn's C: the inverse of the L2 penalty."""
SHARE = 0.5
"""Of a sign's own column for each turn; the lower, the more alike its weights are."""
FOLDS, SEEDS = 10, 3
ALIKE = 0.5
"""Shared words over all words (Jaccard), from which on two messages fall into the same fold."""
REPLY_MINUTES = 1.0
"""Between two messages where a line says nothing."""
TURNS: tuple[Turn, ...] = get_args(Turn)

Floats = NDArray[np.float64]
Message = TypedDict(
    "Message",
    {
        "from": str,
        "text": str,
        "to_bot": NotRequired[bool],
        "after_minutes": NotRequired[float],
    },
)


class Line(TypedDict):
    """A thread whose last message is to be judged."""

    id: str
    messages: list[Message]
    answer: bool
    why: str


@dataclass(frozen=True)
class Figures:
    """How well a set is judged; "answer" is the positive class."""

    answered: int
    """Rightly."""
    interruptions: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of answers that were wanted."""
        return self.answered / max(self.answered + self.interruptions, 1)

    @property
    def recall(self) -> float:
        """The share of wanted answers that were given."""
        return self.answered / max(self.answered + self.missed, 1)


def figures_of(said: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> Figures:
    """Count, message by message."""
    return Figures(
        answered=int((said & wanted).sum()),
        interruptions=int((said & ~wanted).sum()),
        missed=int((~said & wanted).sum()),
    )


def lines(*names: str) -> list[Line]:
    """The threads of some files."""
    return [
        json.loads(line)
        for name in names
        for line in (THREADS / name).read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def state(messages: list[Message]) -> ThreadState:
    """What the store would know when the last of `messages` arrives."""
    asker, waiting, previous, spoken, minutes = "", "", "", 0, 0.0
    for message in messages[:-1]:
        minutes += message.get("after_minutes", REPLY_MINUTES)
        if message["from"] == "bot":
            asker, previous, spoken, minutes = waiting or asker, "", 0, 0.0
            continue
        waiting = message["from"] if message.get("to_bot") else waiting
        if not previous or message["from"] != asker:
            previous = message["from"]
        spoken += 1
    minutes += messages[-1].get("after_minutes", REPLY_MINUTES)
    return ThreadState(asker, previous, spoken, minutes)


def delivered(text: str) -> str:
    """As Slack delivers it, without the bot's own mention."""
    text = re.sub(r"(?<!\w)@adaptbot\b", "", text)
    return re.sub(r"(?<!\w)@(\w+)", lambda match: f"<@U{match[1].upper()}>", text).strip()


def shown(line: Line) -> Signs:
    """What the last message of a thread shows."""
    last = line["messages"][-1]
    return signs(delivered(last["text"]), speaker=last["from"], thread=state(line["messages"]))


def wanted(read: list[Line]) -> NDArray[np.bool_]:
    """The labels."""
    return np.array([line["answer"] for line in read])


def matrix(read: list[Line], names: list[str]) -> Floats:
    """A row for each thread: a column for each sign, then one for each turn and sign."""
    rows = np.zeros((len(read), 1 + len(TURNS), len(names)))
    for row, (turn, found) in zip(rows, map(shown, read), strict=True):
        has = [name in found for name in names]
        row[0] = has
        row[1 + TURNS.index(turn)] = np.multiply(has, SHARE)
    return rows.reshape(len(read), -1)


def fitted(columns: Floats, labels: NDArray[np.bool_]) -> LogisticRegression:
    """The regression; the intercept is the column "start", so that it is shrunk like any other."""
    model = LogisticRegression(
        C=LOOSENESS, fit_intercept=False, solver="newton-cholesky", max_iter=500
    )
    return model.fit(columns, labels)


def groups(read: list[Line]) -> list[int]:
    """The same number for messages that are nearly the same, so that no fold knows another's."""
    words = [set(re.findall(r"\w+", line["messages"][-1]["text"].lower())) for line in read]
    group = list(range(len(read)))
    for one, mine in enumerate(words):
        for other in range(one):
            if len(mine & words[other]) >= ALIKE * max(len(mine | words[other]), 1):
                old, new = group[one], group[other]
                group = [new if each == old else each for each in group]
    return group


def cross_validated(read: list[Line], names: list[str]) -> Floats:
    """The score of each thread by models that never saw it or its like; the mean of some splits.

    What mentions somebody is not fitted: it is never answered.
    """
    columns, labels, group = matrix(read, names), wanted(read), groups(read)
    total, mentions = np.zeros(len(read)), np.array([MENTION in shown(line).shown for line in read])
    for seed in range(SEEDS):
        folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
        for training, test in folds.split(columns, labels, group):
            free = training[~mentions[training]]
            model = fitted(columns[free], labels[free])
            total[test] += model.decision_function(columns[test])
    return np.where(mentions, -np.inf, total / SEEDS)


def threshold(scores: Floats, labels: NDArray[np.bool_]) -> float:
    """The lowest, on a grid of 0.05, from which on the precision is kept."""
    grid = np.arange(-2, 2, 0.05)
    kept = [figures_of(scores > each, labels).precision >= PRECISION for each in grid]
    last_below = max((at for at, is_kept in enumerate(kept) if not is_kept), default=-1)
    return float(grid[min(last_below + 1, len(grid) - 1)])


def table(read: list[Line], names: list[str], least: float) -> dict[str, Weights]:
    """The weights by sign and turn, with the threshold `least` taken off the start."""
    free = [line for line in read if MENTION not in shown(line).shown]
    model = fitted(matrix(free, names), wanted(free))
    shared, *of_turns = model.coef_[0].reshape(1 + len(TURNS), len(names))
    by_turn = [shared + SHARE * of_turn for of_turn in of_turns]
    start = names.index("start")
    for weights in by_turn:
        weights[start] -= least
    return {
        name: Weights(*(round(float(weights[at]), 2) for weights in by_turn))
        for at, name in enumerate(names)
    }


def written(weights: dict[str, Weights]) -> str:
    """The table as it stands in the module."""
    rows = (
        f'    "{name}": Weights({", ".join(f"{each:.2f}" for each in row)}),\n'
        for name, row in weights.items()
    )
    return f"WEIGHTS = {{\n{''.join(rows)}}}\n"


def main(*, write: bool) -> None:
    """Print the figures and the table, and write it into the module if asked to."""
    read = lines(*FITTED)
    names = sorted({sign for line in read for sign in shown(line).shown} - {MENTION})
    labels, scores = wanted(read), cross_validated(read, names)
    least = threshold(scores, labels)
    for each in sorted({least, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0}):
        found = figures_of(scores > each, labels)
        sys.stdout.write(f"{each:5.2f} {found.precision:.3f} {found.recall:.3f} {found}\n")
    text = written(table(read, names, least))
    sys.stdout.write(f"threshold {least:.2f}, {len(read)} threads\n{text}")
    if write:
        module = Path(gate.__file__)
        source = module.read_text(encoding="utf-8")
        changed = re.sub(
            r"^WEIGHTS = \{\n.*?^\}\n", lambda _: text, source, flags=re.MULTILINE | re.DOTALL
        )
        module.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    main(write="--write" in sys.argv)
