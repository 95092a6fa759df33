"""What the schemas of the commands' JSON have in common."""

from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

TEXT = {"type": "string"}
TEXT_OR_NULL = {"type": ["string", "null"]}
# How a meaning is known: the words of `wer.doctor`, the surest first.
SURE = ["documented", "seen", "inferred", "unknown"]


def list_of(description: str, **properties: "Any") -> "dict[str, Any]":
    """A list of objects, which have all of these properties."""
    return {
        "description": description,
        "type": "array",
        "items": {"type": "object", "required": list(properties), "properties": properties},
    }
