"""LexoRank-like strings: there is always one between two others. Pure; it holds no state.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-issue/#api-rest-agile-1-0-issue-rank-put
How the strings look was seen in answers of real instances; the vendor does not say.
"""

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
WIDTH = 6


def rank_of(number: int) -> str:
    """The rank of the n-th issue ever created, leaving room between neighbours."""
    value = (1 << 26) + number * 64
    digits = ""
    for _ in range(WIDTH):
        value, digit = divmod(value, 36)
        digits = DIGITS[digit] + digits
    return f"0|{digits}:"


def between(low: str | None, high: str | None) -> str:
    """A rank that sorts strictly between the two; None stands for the end of the list."""
    left = _digits(low) if low else []
    right = _digits(high) if high else []
    made: list[int] = []
    bounded = bool(right)
    place = 0
    while True:
        floor = left[place] if place < len(left) else 0
        ceiling = right[place] if bounded and place < len(right) else 36
        if bounded and place >= len(right):
            raise ValueError(f"no rank lies between {low} and {high}")
        if ceiling - floor > 1:
            made.append((floor + ceiling) // 2)
            return _text(made)
        made.append(floor)
        if floor < ceiling:
            bounded = False
        place += 1


def _digits(rank: str) -> list[int]:
    return [DIGITS.index(char) for char in rank.removeprefix("0|").replace(":", "")]


def _text(digits: list[int]) -> str:
    padded = digits + [0] * (WIDTH - len(digits))
    text = "".join(DIGITS[digit] for digit in padded)
    return f"0|{text[:WIDTH]}:{text[WIDTH:]}"
