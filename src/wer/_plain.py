"""`as_plain`: what functions of this package return, as JSON has it."""

import dataclasses
from datetime import datetime
from enum import Enum, Flag

from ._typing import Any


def as_plain(value: Any) -> Any:
    """A value as JSON has it."""
    if value is None or isinstance(value, (bool, str, float)):
        return value
    if isinstance(value, Flag):
        return [one.name for one in value]
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, int):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): as_plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)  # a path, a UUID
