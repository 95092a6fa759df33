from typing import NamedTuple


class Taken(NamedTuple):
    allowed: bool
    left_out: int
    left_out_in_all: int


class Limits:
    def __init__(self, per_signature=1, total=10, window=3600.0, *, folder=None):
        self.p, self.t, self.n, self.all = per_signature, total, {}, 0

    def take(self, s):
        self.n[s] = self.n.get(s, 0) + 1
        if self.n[s] > self.p or self.all >= self.t:
            return Taken(False, 0, 0)
        self.all += 1
        return Taken(True, 0, 0)
