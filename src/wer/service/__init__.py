"""What a service needs beyond the calls of WER: a report that tells the native and the Python story of a failure.

Each part exists alone. What acts on a report is a function that takes the report. The core knows nothing of this
package.
"""

from ._hang import Hang
from ._limits import Limits, Taken

__all__ = ["Hang", "Limits", "Taken"]
