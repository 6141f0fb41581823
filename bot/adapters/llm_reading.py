"""Any chat model that LangChain knows, as the reader of descriptions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, TypedDict, cast

from pydantic import BaseModel, BeforeValidator, TypeAdapter, ValidationError

from bot.adapters.background import in_background
from bot.adapters.llm import TIMEOUT_SECONDS, connected, refuses_temperature
from bot.adapters.prompts import Prompt
from bot.domain.dialog import Answered
from bot.domain.flowchart import Choice, Guide, Step, Wording
from bot.errors import ModelUnavailableError
from bot.services.patience import ENDLESS, Patience
from bot.services.reading import MODEL_CHARACTERS, opening, stretch
from bot.telemetry import logger

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

    Messages = list[tuple[str, str]]

FUNCTION = "describe_project"
AGAIN = (
    f"That cannot be read:\n{{fault}}\n\nCall the function {FUNCTION} once more, with arguments "
    "that follow its schema. The rules stay the same."
)
FAULT_CHARACTERS = 2_000
PHRASES = 5
"""How many of a choice's phrases the model is shown."""

_log = logger(__name__)


def _unless_unsaid(value: object) -> object:
    """Many a model names each step, and says nothing about most."""
    return None if isinstance(value, dict) and not value.get("choice") else value


class _Said(BaseModel):
    choice: str
    words: str


_ANSWERS = TypeAdapter(dict[str, Annotated[_Said | None, BeforeValidator(_unless_unsaid)]])


class _Reply(TypedDict):
    """What LangChain makes of a reply; the arguments of the call are parsed, or an error is."""

    raw: AIMessage
    parsed: object
    parsing_error: Exception | None


class ModelReader:
    """Gives a description to a chat model, and keeps what the guide and the text bear out.

    The model answers by calling a function whose schema comes from the guide, since that is what
    every provider of LangChain and most servers that speak OpenAI's protocol can do; JSON that a
    model writes instead is taken as well. Steps of the loop are not among the questions: they are
    about what was built. A description is data: whatever it says, it can at worst bring about
    answers of the guide whose words stand in it.
    """

    def __init__(
        self,
        model: BaseChatModel,
        *,
        name: str,
        guide: Guide,
        prompt: Prompt,
        seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        """`seconds` is how long one reading may take, with all its tries."""
        self._model = model
        self._prompt = prompt
        self._seconds = seconds
        self._steps = tuple(step for step in guide.steps if not step.loop)
        self._function = _function(self._steps)
        self.name = name

    def read(self, description: str, *, patience: Patience = ENDLESS) -> tuple[Answered, ...]:
        """What is clearly said, in the order of the guide; the call ends where `patience` does.

        Only the first sentences, `MODEL_CHARACTERS` together, are read; that is logged.

        Raises:
            ModelUnavailableError: the model cannot be reached, refuses, takes too long, or twice
                replies with what cannot be read.
            StoppedError: somebody stopped the work.
            OutOfTimeError: the asker's time is up.
        """
        text = opening(description, MODEL_CHARACTERS)
        if len(text) < len(description):
            _log.warning("description cut", model=self.name, of=len(description), read=len(text))
        said = patience.result(in_background(self._said(text)))
        return tuple(self._borne_out(said, text))

    def _borne_out(self, said: dict[str, _Said], text: str) -> Iterator[Answered]:
        for step in self._steps:
            answer = said.get(step.id)
            if answer and answer.choice in {choice.id for choice in step.choices}:
                words = stretch(answer.words, text)
                if words:
                    yield Answered(step.id, answer.choice, words)

    async def _said(self, text: str) -> dict[str, _Said]:
        """Whatever the provider raises ends here, so that its time-outs are not the asker's."""
        filled = self._prompt.fill(
            questions="\n\n".join(map(_asked, self._steps)), description=text
        )
        try:
            async with asyncio.timeout(self._seconds):
                said = await self._conversation([("human", filled)])
        except ValueError as error:  # its text may hold what was written
            raise ModelUnavailableError(f"{self.name}: {type(error).__name__}") from None
        except Exception as error:  # every provider has its own
            raise ModelUnavailableError(f"{self.name}: {type(error).__name__}") from error
        if said is None:
            raise ModelUnavailableError(f"{self.name}: two replies that cannot be read")
        return said

    async def _conversation(self, messages: Messages) -> dict[str, _Said] | None:
        """What the model says, at the second try if need be; None if it cannot be read."""
        reply = await self._reply(messages)
        try:
            return self._checked(reply)
        except ValueError as error:
            fault = AGAIN.format(fault=_told(error)[:FAULT_CHARACTERS])
        again = await self._reply([*messages, ("ai", _written(reply["raw"])), ("human", fault)])
        try:
            return self._checked(again)
        except ValueError:
            return None

    def _checked(self, reply: _Reply) -> dict[str, _Said]:
        """What a reply says about steps of the guide; a ValueError if it cannot be read."""
        if reply["parsing_error"]:
            raise ValueError(str(reply["parsing_error"]))
        data = reply["parsed"]
        if data is None:
            data = _json(reply["raw"].text)
        if isinstance(data, dict):
            steps = {step.id for step in self._steps}
            data = {key: value for key, value in data.items() if key in steps}
        return {step: said for step, said in _ANSWERS.validate_python(data).items() if said}

    async def _reply(self, messages: Messages) -> _Reply:
        try:
            return await self._call(self._model, messages)
        except Exception as error:
            if not refuses_temperature(error):
                raise
        without = self._model.model_copy(update={"temperature": None})
        reply = await self._call(without, messages)
        self._model = without
        return reply

    async def _call(self, model: BaseChatModel, messages: Messages) -> _Reply:
        calling = model.with_structured_output(
            self._function, method="function_calling", include_raw=True
        )
        return cast("_Reply", await calling.ainvoke(messages))


def connect_reader(
    setting: str, guide: Guide, *, base_url: str | None, prompt: Prompt
) -> ModelReader:
    """The chat model named `provider:model` as a reader for `guide`.

    Raises:
        SettingsError: the name, the package or the key is missing; says what to do.
    """
    model = connected(setting, base_url=base_url)
    return ModelReader(model, name=setting, guide=guide, prompt=prompt)


def _function(steps: tuple[Step, ...]) -> dict[str, Any]:
    """The function that the model is to call, as OpenAI describes one.

    Every provider of LangChain takes this form. The ids of choices are in it, but they are checked
    apart, so that one choice that does not exist costs no other answer.
    """
    return {
        "name": FUNCTION,
        "description": "Hands over what the description of the project clearly says.",
        "parameters": {
            "type": "object",
            "properties": {step.id: _property(step) for step in steps},
            "required": [],
        },
    }


def _property(step: Step) -> dict[str, Any]:
    words = "The shortest stretch of the description that says it, copied letter by letter."
    return {
        "type": "object",
        "description": f"{_every(step.question)} Left out where it is not clearly said.",
        "properties": {
            "choice": {"type": "string", "enum": [choice.id for choice in step.choices]},
            "words": {"type": "string", "description": words},
        },
        "required": ["choice", "words"],
    }


def _asked(step: Step) -> str:
    return "\n".join([f"{step.id}: {_every(step.question)}", *map(_meant, step.choices)])


def _meant(choice: Choice) -> str:
    phrases = "; ".join(choice.phrases[:PHRASES])
    examples = f" (as in: {phrases})" if phrases else ""
    return f"- {choice.id}: {_every(choice.label)}{examples}"


def _every(wording: Wording) -> str:
    """All wordings, since what is called for is not known before the description is read."""
    return " / ".join(dict.fromkeys(variant.text for variant in wording))


def _written(reply: AIMessage) -> str:
    """What the model replied, as the text of a message; no provider takes an empty one."""
    calls = [call["args"] for call in (*reply.tool_calls, *reply.invalid_tool_calls)]
    return reply.text or json.dumps(calls)


def _told(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "\n".join(
        f"{'.'.join(map(str, each['loc'])) or 'arguments'}: {each['msg']}"
        for each in error.errors(include_url=False)
    )


def _json(text: str) -> object:
    """The JSON of a model that writes its answer in place of a call."""
    from langchain_core.utils.json import parse_json_markdown  # noqa: PLC0415 - slow to import

    try:
        return cast("object", parse_json_markdown(text))
    except ValueError as error:
        raise ValueError(f"there is no call of {FUNCTION}, and no JSON") from error
