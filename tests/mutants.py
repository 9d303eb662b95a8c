"""Damaged copies of files: bytes changed, cut out, doubled or cut off, the same ones for the same seed."""

import random

__all__ = ["mutant"]


def mutant(body, seed):
    """A copy of `body` (bytes) that is damaged at one place."""
    chance = random.Random(seed)
    changed = bytearray(body)
    place = chance.randrange(len(changed))
    length = chance.choice([1, 1, 4, 80, 2880])
    match chance.randrange(5):
        case 0:
            changed[place] ^= 1 << chance.randrange(8)
        case 1:
            changed[place : place + length] = chance.randbytes(length)
        case 2:
            del changed[place : place + length]
        case 3:
            changed[place:place] = changed[place : place + length]
        case 4:
            del changed[place:]
    return bytes(changed)
