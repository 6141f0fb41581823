from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bot.adapters.reader_weights import Floats, TextWeights, terms
from bot.adapters.weights_fitting import classes_of, fit_weights
from bot.domain.description import UNSAID, Example
from tests.fakes import word_vector

PENALTY = 10.0
LEAST = 2
SAID = {
    ("change", "often"): "changes daily; new every week; updated hourly; different each day",
    ("change", "hardly_ever"): "never changes; fixed for years; static archive; set in stone",
    ("facts", "yes"): "over our wiki; from the manuals; our own archive; in the price list",
    ("", ""): "we are in Oslo; forty people; the boss is keen; next spring; a shop",
}


def embed(texts: Sequence[str]) -> Floats:
    return np.array([word_vector(text) for text in texts], np.float32)


def examples() -> list[Example]:
    return [
        Example(text.strip(), {step: choice} if step else {})
        for (step, choice), texts in SAID.items()
        for text in texts.split(";") * LEAST
    ]


def fitted(some: list[Example]) -> TextWeights:
    return fit_weights(
        some,
        embed([example.text for example in some]),
        classes=classes_of(some, ["facts", "change", "team"]),
        penalty=PENALTY,
        rounds=500,
        least=LEAST,
    )


@pytest.fixture(scope="module")
def weights() -> TextWeights:
    return fitted(examples())


def likeliest(weights: TextWeights, step: str, text: str) -> str:
    (chances,) = weights.chances([text], embed([text]))
    columns = weights.columns()[step]
    return max(columns, key=lambda choice: chances[columns[choice]])


def test_what_was_learnt_is_told_apart(weights: TextWeights) -> None:
    assert likeliest(weights, "change", "updated daily") == "often"
    assert likeliest(weights, "change", "a static archive") == "hardly_ever"
    assert likeliest(weights, "change", "the boss is keen") == UNSAID
    assert likeliest(weights, "facts", "from our wiki") == "yes"


def test_there_is_a_class_for_all_that_is_said_and_none_for_other_steps(
    weights: TextWeights,
) -> None:
    assert weights.classes == (
        ("facts", UNSAID),
        ("facts", "yes"),
        ("change", UNSAID),
        ("change", "hardly_ever"),
        ("change", "often"),
    )
    assert weights.fits


def test_the_chances_of_a_step_sum_to_one(weights: TextWeights) -> None:
    texts = ["changes daily", "", "something else 77 ?"]
    chances = weights.chances(texts, embed(texts))
    for columns in weights.columns().values():
        assert chances[:, list(columns.values())].sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)


def test_the_chances_are_those_of_a_library_that_does_the_same() -> None:
    """Holds our own regression, and our own formulas, against scikit-learn's."""
    from scipy.sparse import csr_matrix, hstack  # noqa: PLC0415 - slow to import
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    some = [Example(e.text, e.labels, 1 + i % 2) for i, e in enumerate(examples())]
    texts = [example.text for example in some]
    counted = TfidfVectorizer(analyzer=terms, sublinear_tf=True, min_df=LEAST)
    rows = hstack([csr_matrix(embed(texts)), counted.fit_transform(texts)]).tocsr()
    labels = [example.labels.get("change") or UNSAID for example in some]
    shares = [example.weight for example in some]
    theirs = LogisticRegression(C=PENALTY, max_iter=1_000).fit(rows, labels, shares)
    weights = fitted(some)
    columns = [weights.columns()["change"][str(name)] for name in theirs.classes_]
    ours = weights.chances(texts, embed(texts))[:, columns]
    assert ours == pytest.approx(theirs.predict_proba(rows), abs=0.01)


def test_the_same_examples_give_the_same_weights(weights: TextWeights) -> None:
    again = fitted(examples())
    assert again.terms == weights.terms
    assert np.array_equal(again.weights, weights.weights)


def test_a_text_that_may_say_it_teaches_nothing_about_that_step(weights: TextWeights) -> None:
    doubtful = fitted([*examples(), *(Example("static", {"change": None}) for _ in range(9))])
    for text in ("static", "changes daily"):
        assert likeliest(doubtful, "change", text) == likeliest(weights, "change", text)


def test_words_that_are_denied_are_terms_of_their_own() -> None:
    assert [t for t in terms("we don\u2019t cite much, but label data") if t[0] == "!"] == [
        "!cite",
        "!much",
    ]
    assert [t for t in terms("nobody has ever labelled any of it") if t[0] == "!"] == [
        "!has",
        "!ever",
        "!labelled",
        "!any",
    ]
    assert not [t for t in terms("labelled data") if t[0] == "!"]


def test_a_rare_term_does_not_count(weights: TextWeights) -> None:
    once = fitted([*examples(), Example("antediluvian", {})])
    assert "antediluvian" not in once.terms
    assert "daily" in weights.terms
