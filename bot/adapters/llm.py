"""Any chat model that LangChain's `init_chat_model` names, as the writer of answers."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from bot.adapters.background import in_background
from bot.adapters.prompts import Prompt
from bot.domain.answer import Hit, Passage
from bot.errors import ModelUnavailableError, SettingsError
from bot.services.patience import ENDLESS, Patience

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

TIMEOUT_SECONDS = 45.0
EXTRAS = {"openai": "openai", "anthropic": "anthropic", "ollama": "ollama"}


class ChatModel:
    """Gives the passages to a chat model and returns what it wrote."""

    def __init__(self, model: BaseChatModel, *, name: str, prompt: Prompt) -> None:
        self._model = model
        self._prompt = prompt
        self.name = name

    def write(
        self,
        question: str,
        *,
        passages: Sequence[Passage],
        hits: Sequence[Hit],  # noqa: ARG002 - the port's: a chat model reads whole passages
        patience: Patience = ENDLESS,
    ) -> str:
        """The model's text as it came, marks and all; the call ends where `patience` does.

        Raises:
            ModelUnavailableError: the model cannot be reached, refuses, or takes too long.
            StoppedError: somebody stopped the work.
            OutOfTimeError: the asker's time is up.
        """
        prompt = self._prompt.fill(question=question, passages=_numbered(passages))
        return patience.result(in_background(self._text(prompt)))

    async def _text(self, prompt: str) -> str:
        """Whatever the provider raises ends here, so that its time-outs are not the asker's."""
        try:
            return (await self._said(prompt)).text
        except Exception as error:  # every provider has its own
            raise ModelUnavailableError(f"{self.name}: {type(error).__name__}") from error

    async def _said(self, prompt: str) -> AIMessage:
        try:
            return await self._model.ainvoke(prompt)
        except Exception as error:
            if not refuses_temperature(error):
                raise
        without = self._model.model_copy(update={"temperature": None})
        said = await without.ainvoke(prompt)
        self._model = without
        return said


def connect(
    setting: str, *, base_url: str | None, prompt: Prompt, timeout: float = TIMEOUT_SECONDS
) -> ChatModel:
    """The chat model named `provider:model` as a writer of answers; the rest as `connected`."""
    model = connected(setting, base_url=base_url, timeout=timeout)
    return ChatModel(model, name=setting, prompt=prompt)


def connected(
    setting: str, *, base_url: str | None, timeout: float = TIMEOUT_SECONDS
) -> BaseChatModel:
    """The chat model named `provider:model`; `timeout` is in seconds, for each of three tries.

    Raises:
        SettingsError: the name, the package or the key is missing; says what to do.
    """
    from langchain.chat_models import init_chat_model  # noqa: PLC0415 - a second to import

    provider, _, model = setting.partition(":")
    if not provider or not model:
        raise SettingsError(
            f"ADAPTBOT_MODEL is '{setting}'; write provider:model, for example openai:gpt-4o-mini"
        )
    options: dict[str, Any] = {"timeout": timeout, "max_retries": 2, "temperature": 0.0}
    if base_url:
        options["base_url"] = base_url
    try:
        return cast("BaseChatModel", init_chat_model(model, model_provider=provider, **options))
    except ImportError as error:
        extra = EXTRAS.get(provider)
        remedy = (
            f"install it with: pip install 'adaptbot[{extra}]'"
            if extra
            else f"install LangChain's package for '{provider}'"
        )
        raise SettingsError(f"ADAPTBOT_MODEL asks for '{provider}'; {remedy}") from error
    except Exception as error:
        raise SettingsError(
            f"ADAPTBOT_MODEL='{setting}' cannot be set up ({type(error).__name__}); check the "
            "provider's name, and that its key is set (for openai: OPENAI_API_KEY)"
        ) from error


def refuses_temperature(error: Exception) -> bool:
    """Whether the provider answered that this model takes no temperature, or not this one."""
    status = getattr(error, "status_code", None)
    return status == HTTPStatus.BAD_REQUEST and "temperature" in str(error).lower()


def _numbered(passages: Sequence[Passage]) -> str:
    return "\n\n".join(
        f"[{number}] {passage.source.label}, {passage.section}: {' '.join(passage.sentences)}"
        for number, passage in enumerate(passages, start=1)
    )
