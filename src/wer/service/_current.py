"""The service that is enabled in this process."""

from .._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._enable import Service
    from ._reporter import Reporter

service: "Service | None" = None
reporter: "Reporter | None" = None
