"""The workspace that a local Slack starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.playground.workspace import Channel, User, Workspace

if TYPE_CHECKING:
    from bot.playground.registration import SlackApp

OTHER_TEAM = "T2"
"""The team of the guest from outside, whom Slack Connect brings in."""


def seeded_workspace(app: SlackApp) -> Workspace:
    """People, channels, and a direct message of each person with the app.

    People: ana, ben; guest (restricted), former (deactivated), extern (of another team), otherbot.
    Channels with the app: #general, #llm-adaptation, #private (a private one), #shared (Slack
    Connect) and #archived. Without the app: #not-a-member.
    """
    bot = User(
        app.bot_user_id, app.name, app.name, app.team_id, bot_id=app.bot_id, app_id=app.app_id
    )
    people = _people(app.team_id)
    workspace = Workspace(users=(bot, *people), channels=_channels(bot, people))
    for person in people:
        if person.bot_id is None and person.team_id == app.team_id:
            workspace.direct_message(app.bot_user_id, person.id)
    return workspace


def _people(team: str) -> tuple[User, ...]:
    return (
        User("U1ANA", "ana", "Ana Silva", team),
        User("U1BEN", "ben", "Ben Okafor", team),
        User("U1GUEST", "guest", "Gil Guest", team, is_restricted=True),
        User("U1FORMER", "former", "Fay Former", team, deleted=True),
        User("U2EXTERN", "extern", "Eva Extern", OTHER_TEAM),
        User("U1OTHERBOT", "otherbot", "otherbot", team, bot_id="B1OTHER", app_id="A1OTHER"),
    )


def _channels(bot: User, people: tuple[User, ...]) -> tuple[Channel, ...]:
    home = frozenset(user.id for user in people if user.team_id == bot.team_id)
    everybody = home | {bot.id}
    return (
        Channel("C1GENERAL", "general", members=everybody),
        Channel("C1ADAPT", "llm-adaptation", members=everybody),
        Channel("C1OUTSIDE", "not-a-member", members=home),
        Channel("C1ARCHIVED", "archived", members=everybody, is_archived=True),
        Channel("G1PRIVATE", "private", "group", everybody),
        Channel("C1SHARED", "shared", members=everybody | {"U2EXTERN"}, is_ext_shared=True),
    )
