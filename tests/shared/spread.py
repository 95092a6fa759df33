"""Numbers in an order of which any beginning is spread over all of them."""

import math


def spread(step, count):
    """Of the numbers from 0 to `count` - 1, each once in so many steps, one."""
    stride = max(1, round(count * 0.618))  # the golden ratio: whatever the number of steps, no wide gap is left
    while math.gcd(stride, count) != 1:
        stride += 1
    return step * stride % count
