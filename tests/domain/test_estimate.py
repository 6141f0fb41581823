"""Each figure is reckoned again from what the note of its cited source says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.guide import load_guide
from bot.domain.estimate import (
    ADAPTER_SHARES,
    FLOPS_PER_TOKEN,
    FOUR_BITS,
    FULL_BYTES,
    HALF_BYTES,
    INPUTS,
    LIMA_TOKENS,
    Figure,
    Inputs,
    Range,
    estimate,
    full_memory,
    gpu_hours,
    lora_memory,
    monthly_tokens,
    qlora_memory,
    shown,
    training_flops,
    training_tokens,
)
from bot.errors import EstimateError

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
METHODS = tuple(load_guide().methods)


def stated(key: str, pattern: str) -> tuple[float, ...]:
    """The numbers that the note of a source states, in the groups of a pattern."""
    folder = "series" if key.startswith("part") else "references"
    found = re.search(pattern, (KNOWLEDGE / folder / f"{key}.md").read_text(encoding="utf-8"))
    assert found, f"{key} does not say {pattern}"
    return tuple(float(number.replace(",", "")) for number in found.groups())


def test_full_tuning_takes_the_bytes_that_zero_counts() -> None:
    (every,) = stated("zero", r"takes (\d+) bytes per parameter before activations")
    parts = stated("zero", r"are (\d+) for weights, (\d+) for gradients and (\d+) for optimizer")
    assert every == FULL_BYTES == sum(parts)
    assert parts[0] == HALF_BYTES


def test_full_tuning_of_gpt_2_and_of_a_7b_model_takes_what_the_note_says() -> None:
    size, memory = stated("zero", r"GPT-2 with ([\d.]+)B parameters needs at least (\d+) GB")
    assert full_memory(size) == Range(memory, memory)
    size, memory = stated("zero", r"of a (\d+)B model needs about (\d+) GB before activations")
    assert full_memory(size) == Range(memory, memory)


def test_sixteen_bit_tuning_of_65b_takes_more_than_qlora_says_at_least() -> None:
    size, least = stated("qlora", r"fine-tuning of LLaMA (\d+)B would take over (\d+) GB")
    assert full_memory(size).low > least


def test_lora_trains_the_share_that_its_paper_and_part_1_give() -> None:
    (factor,) = stated("lora", r"trainable parameters by a factor of ([\d,]+)")
    (most,) = stated("part1", r"PEFT typically trains 1 to (\d+)% of the total parameters")
    assert (1 / factor, most / 100) == ADAPTER_SHARES


def test_lora_on_gpt_3_takes_the_memory_of_its_paper() -> None:
    (size,) = stated("lora", r"GPT-3 (\d+)B with Adam")
    (memory,) = stated("lora", r"from 1\.2 TB to (\d+) GB")
    assert lora_memory(size).low == pytest.approx(memory, rel=0.01)


def test_qlora_takes_what_its_paper_measured() -> None:
    (bits,) = stated("qlora", r"quantizes the frozen base model to (\d+) bits")
    assert bits / 8 == FOUR_BITS
    size, most = stated("qlora", r"fine-tune a (\d+)B model on a single (\d+) GB GPU")
    assert qlora_memory(size).high == pytest.approx(most)
    (whole,) = stated("qlora", r"Guanaco 65B about (\d+) GB")
    assert qlora_memory(size).low < whole < qlora_memory(size).high
    base, adapter = stated("qlora", r"base takes ([\d,]+) MB and the LoRA parameters only (\d+) MB")
    assert qlora_memory(7).low < (base + adapter) / 1_000 < qlora_memory(7).high


def test_training_compute_is_that_of_the_scaling_laws() -> None:
    (factor,) = stated("scaling_laws", r"compute is about (\d+) times the number of parameters")
    assert factor == FLOPS_PER_TOKEN
    size, trillions, mantissa, power = stated(
        "scaling_laws", r"Llama 2 (\d+)B on (\d+) trillion tokens needs about ([\d.]+) x 10\^(\d+)"
    )
    assert training_flops(size, trillions * 1e12) == pytest.approx(mantissa * 10**power)


def test_the_gpu_hours_of_llama_2_follow_from_the_throughput_that_they_imply() -> None:
    (hours,) = stated("llama2", r"Llama 2 7B took ([\d,]+) GPU hours")
    (trillions,) = stated("llama2", r"pre-trained on (\d+) trillion")
    flops = training_flops(7, trillions * 1e12)
    teraflops = flops / (hours * 3_600) / 1e12
    assert teraflops < 312, "an A100's peak"
    assert gpu_hours(flops, teraflops) == pytest.approx(hours)


def test_the_length_of_an_example_is_that_of_lima() -> None:
    examples, tokens = stated("lima", r"LIMA's ([\d,]+) examples add up to roughly ([\d,]+) tokens")
    assert tokens / examples == LIMA_TOKENS
    assert training_tokens(examples, LIMA_TOKENS, 1) == tokens


def test_the_tokens_of_a_month_are_those_of_a_twelfth_of_a_year() -> None:
    assert monthly_tokens(1_000, 2_000) * 12 == pytest.approx(1_000 * 2_000 * 365)


@pytest.mark.parametrize(
    ("method", "figures"),
    [
        ("in_context_learning", ["shown_tokens_a_month"]),
        ("rag", ["retrieved_tokens_a_month"]),
        (
            "peft",
            ["lora_memory", "qlora_memory", "full_memory", "training_tokens", "training_flops"],
        ),
        ("full_fine_tuning", ["full_memory", "training_tokens", "training_flops"]),
        (
            "rag_plus_fine_tuning",
            [
                "lora_memory",
                "qlora_memory",
                "full_memory",
                "training_tokens",
                "training_flops",
                "retrieved_tokens_a_month",
            ],
        ),
    ],
)
def test_a_method_has_the_figures_that_it_calls_for(method: str, figures: list[str]) -> None:
    found = estimate(method, Inputs())  # type: ignore[arg-type] # one of the five
    assert [figure.id for figure in found.figures] == figures


@pytest.mark.parametrize("method", METHODS)
def test_no_price_and_no_gpu_hours_come_from_nowhere(method: str) -> None:
    units = {figure.unit for figure in estimate(method, Inputs()).figures}  # type: ignore[arg-type] # one of the five
    assert not any("currency" in unit or unit == "GPU hours" for unit in units)


def test_given_a_throughput_and_prices_there_are_gpu_hours_and_money() -> None:
    inputs = Inputs({"teraflops": 100, "gpu_hour_price": 2, "token_price": 3})
    found = {each.id: each.range.low for each in estimate("rag_plus_fine_tuning", inputs).figures}
    assert found["training_price"] == found["gpu_hours"] * 2
    assert found["retrieved_price_a_month"] == pytest.approx(1_000 * 365 / 12 * 2_000 / 1e6 * 3)


def test_what_was_given_takes_the_place_of_what_is_assumed() -> None:
    found = estimate("peft", Inputs({"parameters": 13, "examples": 2_500}))
    ranges = {figure.id: figure.range for figure in found.figures}
    assert ranges["full_memory"] == Range(208, 208)
    assert ranges["training_tokens"].low == 2_500 * LIMA_TOKENS


@pytest.mark.parametrize("method", METHODS)
def test_the_inputs_that_are_shown_are_those_that_change_a_figure(method: str) -> None:
    usual = estimate(method, Inputs())  # type: ignore[arg-type] # one of the five
    for each in INPUTS:
        other = Inputs({each.id: 3.0, "teraflops": 7.0} if "hour" in each.id else {each.id: 3.0})
        changed = estimate(method, other).figures != usual.figures  # type: ignore[arg-type] # one of the five
        assert changed == (each in usual.uses), each.id


@pytest.mark.parametrize(
    ("given_", "problem"),
    [
        ({"speed": 1.0}, "no input"),
        ({"parameters": 0.0}, "above 0"),
        ({"parameters": -7.0}, "above 0"),
        ({"examples": float("nan")}, "above 0"),
        ({"requests_per_day": float("inf")}, "above 0"),
        ({"parameters": 1e6}, "up to 10,000"),
    ],
)
def test_an_impossible_input_is_named(given_: dict[str, float], problem: str) -> None:
    with pytest.raises(EstimateError, match=problem):
        Inputs(given_)


@given(st.sampled_from(METHODS), st.floats(0.01, 10_000))
def test_memory_is_ordered_and_ranges_are_ranges(method: str, size: float) -> None:
    figures = estimate(method, Inputs({"parameters": size})).figures  # type: ignore[arg-type] # one of the five
    assert all(0 < figure.range.low <= figure.range.high for figure in figures)
    assert qlora_memory(size).high < lora_memory(size).low < full_memory(size).low


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (14.0112, 15.12, "GB", "14 to 15.1 GB"),
        (112, 112, "GB", "about 112 GB"),
        (375_000, 375_000, "tokens", "about 375,000 tokens"),
        (1.575e16, 1.575e16, "FLOPs", "about 1.6 x 10^16 FLOPs"),
        (60_833_333, 60_833_333, "tokens a month", "about 60.8 million tokens a month"),
        (0.0436, 0.0436, "GPU hours", "about 0.0436 GPU hours"),
        (1_234_000_000, 1_300_000_000, "tokens", "1.23 billion to 1.3 billion tokens"),
        (999.9, 999.9, "tokens", "about 1,000 tokens"),
    ],
)
def test_a_figure_claims_no_more_than_it_knows(
    low: float, high: float, unit: str, words: str
) -> None:
    assert shown(Figure("f", "F", Range(low, high), unit, "", "", ())) == words
