"""What a method asks of hardware and prompts: memory, compute and tokens, each with its source.

Sizes are in billions of parameters, memory in gigabytes of 10^9 bytes. Where sources leave room,
a figure is a range. No price is assumed: money is only counted where somebody gives a price.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.errors import EstimateError

if TYPE_CHECKING:
    from bot.domain.flowchart import Method

BILLION, MILLION = 1e9, 1e6
FULL_BYTES = 16
"""A parameter under mixed-precision Adam: 2 weights, 2 gradients, 12 optimizer state (`zero`)."""
HALF_BYTES = 2
"""A frozen 16-bit weight (`zero`)."""
ADAPTER_SHARES = (1 / 10_000, 0.06)
"""Of the weights that are trained: 10,000 times fewer (`lora`), and the most of PEFT (`part1`)."""
FOUR_BITS = 0.5
"""Bytes of a frozen weight in 4-bit NormalFloat (`qlora`), its constants left out."""
QLORA_BYTES = 48 / 65
"""Bytes a parameter when a 65B model is tuned in 48 GB, all included (`qlora`)."""
FLOPS_PER_TOKEN = 6
"""For each parameter and training token (`scaling_laws`)."""
LIMA_TOKENS = 750_000 / 1_000
"""Tokens an example in a set that was picked by hand (`lima`)."""
DAYS_A_MONTH = 365 / 12
_POWERS_FROM, _WHOLE_FROM = 1e12, 100


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, which may be equal."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Input:
    """A number that the estimate needs, as it is asked for."""

    id: str
    label: str
    unit: str
    at_most: float
    assumed: float | None = None
    """What is taken where nobody gives it; None leaves out the figures that need it."""
    because: str = ""
    """Why that is assumed."""
    cite: tuple[str, ...] = ()


INPUTS: tuple[Input, ...] = (
    Input("parameters", "Model size", "billion parameters", 10_000, 7, "a common small model"),
    Input("examples", "Training examples", "examples", 1e9, 500, "a small set"),
    Input(
        "tokens_per_example",
        "Tokens in an example",
        "tokens",
        1e7,
        LIMA_TOKENS,
        "as in LIMA's set",
        ("lima",),
    ),
    Input(
        "passes", "Passes over the examples", "passes", 1_000, 1, "each further one adds as much"
    ),
    Input("requests_per_day", "Requests a day", "requests", 1e10, 1_000, "a round number"),
    Input("retrieved_tokens", "Retrieved tokens a request", "tokens", 1e7, 2_000, "a few passages"),
    Input("shown_examples", "Examples in each prompt", "examples", 1e5, 5, "a few"),
    Input("teraflops", "What one GPU sustains", "TFLOP/s", 1e5),
    Input("gpu_hour_price", "Price of a GPU hour", "in your currency", 1e6),
    Input("token_price", "Price of a million prompt tokens", "in your currency", 1e6),
)
_KNOWN = MappingProxyType({each.id: each for each in INPUTS})


@dataclass(frozen=True, slots=True)
class Inputs:
    """The numbers that were given; whatever is missing is assumed as `INPUTS` says."""

    given: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in self.given.items():
            if name not in _KNOWN:
                raise EstimateError(f"{name!r} is no input; there are {', '.join(_KNOWN)}")
            most = _KNOWN[name].at_most
            if not (math.isfinite(value) and 0 < value <= most):
                raise EstimateError(f"{_KNOWN[name].label}: a number above 0 up to {most:,.0f}")

    def value(self, name: str) -> float | None:
        """The number given for it, or else assumed; None where there is neither."""
        return self.given.get(name, _KNOWN[name].assumed)

    def sure(self, name: str) -> float:
        """The same for an input that is always assumed where it is not given."""
        value = self.value(name)
        if value is None:
            raise EstimateError(f"{name!r} must be given")
        return value


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of an estimate."""

    id: str
    label: str
    range: Range
    unit: str
    formula: str
    """How it was reckoned, in words."""
    assumption: str
    """What it leaves out or takes for granted."""
    uses: tuple[str, ...]
    """The ids of its inputs."""
    cite: tuple[str, ...] = ()
    """Keys of sources; empty for plain arithmetic."""


def full_memory(parameters: float) -> Range:
    """Gigabytes for tuning all weights of a model of so many billion parameters."""
    return Range(FULL_BYTES * parameters, FULL_BYTES * parameters)


def lora_memory(parameters: float) -> Range:
    """Gigabytes for LoRA on 16-bit weights; only what is trained has gradients and a state."""
    few, many = (parameters * (HALF_BYTES + FULL_BYTES * share) for share in ADAPTER_SHARES)
    return Range(few, many)


def qlora_memory(parameters: float) -> Range:
    """Gigabytes for QLoRA: from the bare 4-bit weights to what the paper's largest run took."""
    return Range(FOUR_BITS * parameters, QLORA_BYTES * parameters)


def training_tokens(examples: float, tokens_per_example: float, passes: float) -> float:
    """Tokens that are trained on."""
    return examples * tokens_per_example * passes


def training_flops(parameters: float, tokens: float) -> float:
    """FLOPs of training all weights of a model of so many billion parameters on these tokens."""
    return FLOPS_PER_TOKEN * parameters * BILLION * tokens


def gpu_hours(flops: float, teraflops: float) -> float:
    """Hours of one GPU that sustains so many TFLOP/s."""
    return flops / (teraflops * 1e12) / 3_600


def monthly_tokens(requests_per_day: float, tokens: float) -> float:
    """Tokens a month when each request carries so many more."""
    return requests_per_day * DAYS_A_MONTH * tokens


@dataclass(frozen=True, slots=True)
class Estimate:
    """The figures of a method, with the inputs that they rest on."""

    inputs: Inputs
    figures: tuple[Figure, ...]

    @property
    def uses(self) -> tuple[Input, ...]:
        """The inputs of its figures, those to be given for further ones included."""
        used = {name for figure in self.figures for name in figure.uses}
        if "training_flops" in {figure.id for figure in self.figures}:
            used |= {"teraflops", "gpu_hour_price"}
        if any(figure.unit == "tokens a month" for figure in self.figures):
            used.add("token_price")
        return tuple(each for each in INPUTS if each.id in used)


def estimate(method: Method, inputs: Inputs) -> Estimate:
    """The figures that a method calls for."""
    figures: list[Figure] = []
    if method in ("peft", "rag_plus_fine_tuning"):
        figures += [_lora(inputs), _qlora(inputs)]
    if method in ("peft", "full_fine_tuning", "rag_plus_fine_tuning"):
        figures += [_full(inputs), *_training(inputs)]
    if method in ("rag", "rag_plus_fine_tuning"):
        figures += _prompting("retrieved", inputs)
    if method == "in_context_learning":
        figures += _prompting("shown", inputs)
    return Estimate(inputs, tuple(figures))


_NO_ACTIVATIONS = "Activations come on top, and grow with batch size and sequence length."


def _full(inputs: Inputs) -> Figure:
    return Figure(
        "full_memory",
        "GPU memory to tune all weights",
        full_memory(inputs.sure("parameters")),
        "GB",
        "16 bytes a parameter: 2 for weights, 2 for gradients, 12 for the optimizer",
        f"Mixed precision with Adam. {_NO_ACTIVATIONS}",
        ("parameters",),
        ("zero",),
    )


def _lora(inputs: Inputs) -> Figure:
    return Figure(
        "lora_memory",
        "GPU memory with LoRA",
        lora_memory(inputs.sure("parameters")),
        "GB",
        "2 bytes a frozen parameter, and 16 bytes for each of the 0.01 to 6% that are trained",
        f"Weights in 16 bits. {_NO_ACTIVATIONS}",
        ("parameters",),
        ("zero", "lora", "part1"),
    )


def _qlora(inputs: Inputs) -> Figure:
    return Figure(
        "qlora_memory",
        "GPU memory with QLoRA",
        qlora_memory(inputs.sure("parameters")),
        "GB",
        "from 4 bits a parameter to what the paper's 65B run on one 48 GB GPU took in all",
        "The upper end is one published run, scaled to your size.",
        ("parameters",),
        ("qlora",),
    )


def _training(inputs: Inputs) -> Iterator[Figure]:
    names = ("examples", "tokens_per_example", "passes")
    tokens = training_tokens(*(inputs.sure(name) for name in names))
    yield Figure(
        "training_tokens",
        "Training tokens",
        Range(tokens, tokens),
        "tokens",
        "examples times tokens in an example times passes",
        "Prompt and answer both count.",
        names,
    )
    flops = training_flops(inputs.sure("parameters"), tokens)
    yield Figure(
        "training_flops",
        "Training compute",
        Range(flops, flops),
        "FLOPs",
        "6 times parameters times training tokens",
        "Stated for training all weights.",
        ("parameters", *names),
        ("scaling_laws",),
    )
    yield from _hours(inputs, flops, names)


def _hours(inputs: Inputs, flops: float, names: tuple[str, ...]) -> Iterator[Figure]:
    teraflops = inputs.value("teraflops")
    if teraflops is None:
        return
    hours, uses = gpu_hours(flops, teraflops), ("parameters", *names, "teraflops")
    yield Figure(
        "gpu_hours",
        "GPU hours of one run",
        Range(hours, hours),
        "GPU hours",
        "training compute divided by what one GPU sustains",
        "At the throughput that you gave; loading, evaluation and failed runs come on top.",
        uses,
        ("scaling_laws",),
    )
    if price := inputs.value("gpu_hour_price"):
        yield Figure(
            "training_price",
            "Price of one run",
            Range(hours * price, hours * price),
            "in your currency",
            "GPU hours times the price of a GPU hour",
            "At the price that you gave.",
            (*uses, "gpu_hour_price"),
            ("scaling_laws",),
        )


def _prompting(kind: str, inputs: Inputs) -> Iterator[Figure]:
    """What retrieved passages, or examples shown, add to the prompts of a month."""
    if kind == "retrieved":
        names: tuple[str, ...] = ("retrieved_tokens",)
        each, label = inputs.sure("retrieved_tokens"), "Prompt tokens that retrieval adds"
        formula = "requests times retrieved tokens"
    else:
        names = ("shown_examples", "tokens_per_example")
        each = inputs.sure("shown_examples") * inputs.sure("tokens_per_example")
        label = "Prompt tokens that the examples add"
        formula = "requests times examples in the prompt times tokens in an example"
    tokens, uses = (
        monthly_tokens(inputs.sure("requests_per_day"), each),
        ("requests_per_day", *names),
    )
    yield Figure(
        f"{kind}_tokens_a_month",
        label,
        Range(tokens, tokens),
        "tokens a month",
        f"{formula}, over a twelfth of a year",
        "Without prompt caching, and the same on every day.",
        uses,
    )
    if price := inputs.value("token_price"):
        cost = tokens / MILLION * price
        yield Figure(
            f"{kind}_price_a_month",
            "Price of these tokens",
            Range(cost, cost),
            "in your currency, a month",
            "tokens a month times the price of a million",
            "At the price that you gave.",
            (*uses, "token_price"),
        )


def shown(figure: Figure) -> str:
    """The figure in words: "14 to 15 GB", "about 3.8 million tokens"."""
    low, high = _rounded(figure.range.low), _rounded(figure.range.high)
    if low == high:
        return f"about {low} {figure.unit}"
    return f"{low} to {high} {figure.unit}"


def _rounded(value: float) -> str:
    """Three digits that count: more would claim too much."""
    value = float(f"{value:.3g}")
    if value >= _POWERS_FROM:
        power = math.floor(math.log10(value))
        return f"{value / 10**power:.1f} x 10^{power}"
    for size, name in ((BILLION, "billion"), (MILLION, "million")):
        if value >= size:
            return f"{value / size:g} {name}"
    return f"{value:,.0f}" if value >= _WHOLE_FROM else f"{value:g}"
