"""Any chat model that LangChain's `init_chat_model` names, as the writer of answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.adapters.prompts import Prompt
from bot.domain.answer import Hit, Passage
from bot.errors import ModelUnavailableError, SettingsError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

TIMEOUT_SECONDS = 45.0
EXTRAS = {"openai": "openai", "anthropic": "anthropic", "ollama": "ollama"}


class ChatModel:
    """Gives the passages to a chat model and returns what it wrote."""

    def __init__(self, model: BaseChatModel, *, name: str, prompt: Prompt) -> None:
        self._model = model
        self._prompt = prompt
        self.name = name

    def write(self, question: str, *, passages: Sequence[Passage], hits: Sequence[Hit]) -> str:  # noqa: ARG002 - the port's: a chat model reads whole passages
        """The model's text as it came, marks and all."""
        prompt = self._prompt.fill(question=question, passages=_numbered(passages))
        try:
            return self._model.invoke(prompt).text
        except Exception as error:  # every provider has its own
            raise ModelUnavailableError(f"{self.name}: {type(error).__name__}") from error


def connect(
    setting: str, *, base_url: str | None, prompt: Prompt, timeout: float = TIMEOUT_SECONDS
) -> ChatModel:
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
        chat = init_chat_model(model, model_provider=provider, **options)
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
    return ChatModel(chat, name=setting, prompt=prompt)


def _numbered(passages: Sequence[Passage]) -> str:
    return "\n\n".join(
        f"[{number}] {passage.source.label}, {passage.section}: {' '.join(passage.sentences)}"
        for number, passage in enumerate(passages, start=1)
    )
