"""What a schema of a command's JSON is made of, and what an answer has that its schema does not tell."""

from collections.abc import Iterator
from typing import Any

TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}
KEYWORDS = {"description", "enum", "items", "properties", "required", "type"}


def check_schema(schema: Any, where: str = "the answer") -> None:
    """It says all that has to be said, and nothing that JSON Schema does not know: that would be passed over."""
    assert schema.keys() <= KEYWORDS, f"{where}: {sorted(schema)}"
    if "description" in schema:
        assert isinstance(schema["description"], str), where
        assert schema["description"].endswith((".", "?")), where
    if "enum" in schema:
        assert "type" not in schema, where
        assert all(word.islower() for word in schema["enum"]), where
    if "enum" in schema or schema.keys() <= {"description"}:  # without any other it is anything
        return
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    assert TYPES.issuperset(types), where
    assert ("items" in schema) is ("array" in types), where
    if "items" in schema:
        check_schema(schema["items"], f"each of {where}")
    assert ("required" in schema) is ("properties" in schema), where
    if "properties" in schema:
        assert "object" in types, where
        assert set(schema["required"]) <= schema["properties"].keys(), where
        for name, described in schema["properties"].items():
            check_schema(described, f"{name} of {where}")


def parts(schema: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """It and all that is in it, each with where it is: ``findings[].evidence[].key``."""
    yield where, schema
    if "items" in schema:
        yield from parts(schema["items"], f"{where}[]")
    for name, described in schema.get("properties", {}).items():
        yield from parts(described, f"{where}.{name}".lstrip("."))


def undocumented(schema: Any, answer: Any, where: str = "") -> Iterator[str]:
    """What is in an answer, and not in its schema."""
    if isinstance(answer, dict) and "properties" in schema:
        for name, value in answer.items():
            here = f"{where}.{name}".lstrip(".")
            if name in schema["properties"]:
                yield from undocumented(schema["properties"][name], value, here)
            else:
                yield here
    elif isinstance(answer, list) and "items" in schema:
        for value in answer:
            yield from undocumented(schema["items"], value, f"{where}[]")
