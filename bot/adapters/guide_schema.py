"""The JSON schema of the decision guide's file, for editors and for whoever writes one."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from bot.domain import flowchart

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

TITLE = "adaptbot's decision guide"


class _Plain(GenerateJsonSchema):
    """Says what may be written, without what follows from it: no titles, no default values."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - the base's name
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """What is not said is left out; a file has no null."""
        return self.generate_inner(schema["schema"])

    def field_is_present(self, field: Any) -> bool:
        """`id` of Not sure is a field, but nobody may write it."""
        return bool(field.get("init", True)) and super().field_is_present(field)


def guide_schema() -> dict[str, Any]:
    """The schema of a guide's file, in draft 2020-12.

    It holds what the types ask for; that the parts fit together, `adaptbot flowchart --check` says.
    """
    schema = TypeAdapter(flowchart.Guide).json_schema(schema_generator=_Plain)
    for name, part in schema["$defs"].items():
        _describe(part["properties"], getattr(flowchart, name))
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema, "title": TITLE}


def _describe(properties: dict[str, Any], kind: type) -> None:
    """Add what is said about fields where a kind inherits them, which pydantic does not look up."""
    for base in kind.__mro__[1:-1]:
        inherited = TypeAdapter(base).json_schema(schema_generator=_Plain)["properties"]
        for name, field in inherited.items():
            if name in properties and "description" in field:
                properties[name].setdefault("description", field["description"])


def schema_text() -> str:
    """The text of `knowledge/flowchart.schema.json`."""
    return json.dumps(guide_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
