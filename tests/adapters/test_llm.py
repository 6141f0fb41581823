from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.adapters.llm import ChatModel, connect
from bot.adapters.prompts import read_prompt
from bot.errors import ModelUnavailableError, OutOfTimeError, SettingsError, StoppedError
from bot.services.patience import ENDLESS, Patience
from tests.fakes import CORPUS
from tests.openai_server import Fails, Hangs, Malformed, OpenAIServer, Refuses, Reply, Says
from tests.polling import eventually

KEY = "sk-test-not-a-key"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def chat(server: OpenAIServer, *, timeout: float = 20.0) -> ChatModel:
    return connect(
        "openai:gpt-4o-mini", base_url=server.url, prompt=read_prompt("answer"), timeout=timeout
    )


def asked(server: OpenAIServer, question: str = "What is LoRA?", *, timeout: float = 20.0) -> str:
    return write(chat(server, timeout=timeout), question)


def write(
    model: ChatModel, question: str = "What is LoRA?", *, patience: Patience = ENDLESS
) -> str:
    return model.write(question, passages=CORPUS, hits=[], patience=patience)


def test_what_the_model_writes_comes_back_as_it_is() -> None:
    with OpenAIServer([Says("LoRA trains matrices [3].\n")]) as server:
        assert asked(server) == "LoRA trains matrices [3].\n"


def test_the_model_reads_the_question_and_the_numbered_passages() -> None:
    with OpenAIServer([Says("…")]) as server:
        asked(server, "What is {LoRA}?")
    [prompt] = server.prompts
    assert "Question: What is {LoRA}?" in prompt
    assert "[1] Part 1, Cost of pre-training: Llama 2 70B took 1,720,320 GPU hours" in prompt
    assert "[3] Hu 2021, What LoRA trains: LoRA trains two small low-rank matrices" in prompt


def test_the_model_is_asked_for_the_same_answer_every_time() -> None:
    with OpenAIServer([Says("…")]) as server:
        asked(server)
    assert server.requests[0]["model"] == "gpt-4o-mini"
    assert server.requests[0]["temperature"] == 0.0


def test_a_fault_that_passes_is_waited_out() -> None:
    with OpenAIServer([Fails(500), Says("LoRA [3].")]) as server:
        assert asked(server) == "LoRA [3]."
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "reply",
    [Fails(401), Fails(404), Malformed(), Malformed("{}"), Malformed("[]"), Malformed("")],
    ids=str,
)
def test_a_model_that_does_not_answer_is_an_error_of_ours(reply: Reply) -> None:
    with OpenAIServer([reply]) as server, pytest.raises(ModelUnavailableError) as caught:
        asked(server)
    assert str(caught.value).startswith("openai:gpt-4o-mini: ")
    assert KEY not in str(caught.value)


def test_a_server_that_is_gone_is_an_error_of_ours() -> None:
    with OpenAIServer([Says("…")]) as server:
        pass
    with pytest.raises(ModelUnavailableError):
        asked(server)


@pytest.mark.slow
def test_a_model_that_fails_again_and_again_is_given_up_after_three_tries() -> None:
    with OpenAIServer([Fails(500)]) as server, pytest.raises(ModelUnavailableError):
        asked(server)
    assert len(server.requests) == 3


@pytest.mark.slow
def test_a_model_that_hangs_is_given_up() -> None:
    with OpenAIServer([Hangs()]) as server, pytest.raises(ModelUnavailableError):
        asked(server, timeout=0.2)


@pytest.mark.parametrize("setting", ["gpt-4o-mini", ":gpt-4o-mini", "openai:", ":", " "])
def test_a_setting_that_names_no_provider_and_model_is_refused(setting: str) -> None:
    with pytest.raises(SettingsError, match="write provider:model"):
        connect(setting, base_url=None, prompt=read_prompt("answer"))


@pytest.mark.parametrize(
    ("setting", "remedy"),
    [
        ("mistralai:mistral-large", "install LangChain's package for 'mistralai'"),
        ("nobody:model", "check the provider's name"),
    ],
)
def test_a_provider_that_is_not_there_is_named_with_a_remedy(setting: str, remedy: str) -> None:
    with pytest.raises(SettingsError, match=remedy):
        connect(setting, base_url=None, prompt=read_prompt("answer"))


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        connect("openai:gpt-4o-mini", base_url=None, prompt=read_prompt("answer"))


PROMPTLY = 1.0
"""Seconds within which a call ends when patience does."""


def test_a_call_that_is_stopped_ends_at_once_and_hangs_up_and_the_next_one_works() -> None:
    stop = threading.Event()
    with OpenAIServer([Hangs(), Says("LoRA [3].")]) as server:
        model = chat(server)
        with ThreadPoolExecutor() as pool:
            call = pool.submit(write, model, patience=Patience(stopped=stop.is_set))
            eventually(lambda: server.requests)
            stopped_at = time.monotonic()
            stop.set()
            with pytest.raises(StoppedError):
                call.result(10)
            assert server.hung_up.wait(10)
        assert time.monotonic() - stopped_at < PROMPTLY
        assert write(model) == "LoRA [3]."
    assert len(server.requests) == 2


def test_a_call_ends_when_the_askers_time_is_up() -> None:
    started = time.monotonic()
    with OpenAIServer([Hangs()]) as server:
        with pytest.raises(OutOfTimeError):
            write(chat(server), patience=Patience(0.3))
        assert server.hung_up.wait(10)
        assert time.monotonic() - started < 0.3 + PROMPTLY
    assert len(server.requests) == 1


def test_a_stop_ends_the_tries_at_a_model_that_fails() -> None:
    with OpenAIServer([Fails(500)]) as server, pytest.raises(OutOfTimeError):
        write(chat(server), patience=Patience(0.2))
    assert len(server.requests) == 1


def test_a_stopped_call_leaves_another_one_running() -> None:
    hangs = OpenAIServer([Hangs()]), OpenAIServer([Hangs()])
    with hangs[0] as hanging, hangs[1] as other, ThreadPoolExecutor() as pool:
        call = pool.submit(write, chat(other), patience=Patience(5))
        eventually(lambda: other.requests)
        with pytest.raises(OutOfTimeError):
            write(chat(hanging), patience=Patience(0.1))
        assert hanging.hung_up.wait(10)
        assert not call.done()
        assert not other.hung_up.is_set()
        other.closing.set()
        with pytest.raises(ModelUnavailableError):
            call.result(10)


def test_calls_run_beside_one_another() -> None:
    servers = OpenAIServer([Hangs()]), OpenAIServer([Says("LoRA [3].")])
    with servers[0] as hanging, servers[1] as quick, ThreadPoolExecutor() as pool:
        call = pool.submit(write, chat(hanging), patience=Patience(5))
        eventually(lambda: hanging.requests)
        assert write(chat(quick)) == "LoRA [3]."
        assert not call.done()
        hanging.closing.set()
        with pytest.raises(ModelUnavailableError):
            call.result(10)


@pytest.mark.slow
def test_a_provider_that_takes_too_long_is_no_askers_time_that_is_up() -> None:
    with OpenAIServer([Hangs()]) as server, pytest.raises(ModelUnavailableError):
        write(chat(server, timeout=0.1), patience=Patience(60))


def test_a_model_that_takes_no_temperature_is_asked_once_more_and_then_without() -> None:
    with OpenAIServer([Refuses("temperature", "LoRA [3].")]) as server:
        model = chat(server)
        assert [write(model), write(model)] == ["LoRA [3]."] * 2
    assert ["temperature" in request for request in server.requests] == [True, False, False]


def test_a_model_that_answers_no_better_without_temperature_is_unavailable() -> None:
    with OpenAIServer([Fails(400, "temperature: nothing suits me")]) as server:
        model = chat(server)
        for _ in range(2):
            with pytest.raises(ModelUnavailableError):
                write(model)
    assert ["temperature" in request for request in server.requests] == [True, False] * 2


@pytest.mark.parametrize(
    "reply", [Fails(400, "max_tokens is too large"), Fails(403, "temperature")]
)
def test_another_refusal_is_not_answered_with_another_try(reply: Fails) -> None:
    with OpenAIServer([reply]) as server, pytest.raises(ModelUnavailableError):
        write(chat(server))
    assert len(server.requests) == 1


EXITS = """
import sys
from bot.adapters.llm import connect
from bot.adapters.prompts import read_prompt
from bot.errors import OutOfTimeError
from bot.services.patience import Patience
from tests.fakes import CORPUS

model = connect("openai:gpt-4o-mini", base_url=sys.argv[1], prompt=read_prompt("answer"))
try:
    model.write("What is LoRA?", passages=CORPUS, hits=[], patience=Patience(float(sys.argv[2])))
except OutOfTimeError:
    print("out of time")
"""


@pytest.mark.slow
@pytest.mark.parametrize(("reply", "seconds", "said"), [(Says("…"), 60, ""), (Hangs(), 0.2, "out")])
def test_a_process_ends_in_silence_after_it_asked(reply: Reply, seconds: float, said: str) -> None:
    with OpenAIServer([reply]) as server:
        done = subprocess.run(
            [sys.executable, "-W", "error:unclosed", "-c", EXITS, server.url, str(seconds)],
            capture_output=True,
            check=False,
            cwd=Path(__file__).parents[2],
            text=True,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(said)
