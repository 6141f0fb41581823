"""Says something where it was asked for: in the thread, or to one person only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import UndeliverableError, UnsaidError
from bot.slack.blocks import Said, section
from bot.slack.origin import Origin
from bot.slack.outbox import Outbox, Place
from bot.slack.text import inert

NOT_A_MEMBER = frozenset({"not_in_channel", "channel_not_found", "is_archived"})
"""Slack's codes where the bot cannot post to a conversation in which it was asked."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The way back to whatever a request came from, for one piece of work."""

    outbox: Outbox
    origin: Origin
    work_id: str
    again: bool
    """Whether some of it may have been said before."""
    sign: str | None = None
    """The `ts` of a message that stands for the reply until it is there."""

    def say(self, said: Sequence[Said]) -> None:
        """Say it in order: in the thread, else at the response_url to its user.

        Where the bot is no member of the channel, its user alone gets the reply.

        Raises as `Outbox.post` does.
        """
        if self.origin.root is None:
            if not self.whisper(said):
                raise UnsaidError("nobody could be told")
            return
        try:
            for number, message in enumerate(said, start=1):
                if number > 1 or not self._replaced_sign(message):
                    self._post(message, number)
        except UndeliverableError as error:
            if error.code not in NOT_A_MEMBER or self.origin.response_url is None:
                raise
            self.whisper(said)

    def whisper(self, said: Sequence[Said]) -> bool:
        """Say it to the user alone; what fails is logged. Returns whether all of it got through."""
        origin = self.origin
        place = origin.place
        if self.work_id == origin.thread:  # Slack shows nothing in a thread without a reply
            place = Place(origin.channel)
        through = []
        for message in said:
            text, blocks = message["text"], message["blocks"]
            if origin.response_url:
                took = self.outbox.reply(origin.response_url, place, origin.user, text, blocks)
            else:
                took = self.outbox.whisper(place, origin.user, text, blocks)
            through.append(took)
        return all(through)

    def take_back_sign(self) -> None:
        """Delete the message that stands for the reply, if there is one."""
        if self.sign is not None:
            self.outbox.remove(self.origin.channel, self.sign)

    def _post(self, message: Said, number: int) -> None:
        part = self.work_id if number == 1 else f"{self.work_id}:{number}"
        self.outbox.post(
            self.origin.place, message["text"], message["blocks"], work_id=part, again=self.again
        )

    def _replaced_sign(self, message: Said) -> bool:
        if self.sign is None:
            return False
        try:
            self.outbox.update(self.origin.channel, self.sign, message["text"], message["blocks"])
        except UndeliverableError:  # somebody deleted it
            return False
        return True


def plainly(words: str) -> list[Said]:
    """One message of nothing but these words."""
    return [Said(text=inert(words), blocks=[section(inert(words))])]
