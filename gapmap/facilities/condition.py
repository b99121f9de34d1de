"""Conditions on attributes of facilities, such as ``>= 250``: written and read in one way."""

from __future__ import annotations

import math
import operator
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

__all__ = ["ORDER", "Condition", "plain_word", "read_condition"]

ORDER: Final[Mapping[str, Callable[[Any, float], Any]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
"""Comparisons that need a number."""
_CONDITION: Final = re.compile(r"\s*(>=|<=|==|!=|>|<|=)?\s*(\S.*?)\s*")


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison (one of ``ORDER``, ``==``, ``!=``) and a bound: a number or a word."""

    sign: str
    bound: str

    @property
    def number(self) -> float:
        """The bound as a number, NaN for a word."""
        try:
            value = float(self.bound)
        except ValueError:
            return math.nan
        return value if math.isfinite(value) else math.nan


def plain_word(text: str) -> str:
    """Give a word as words are compared: width, form, upper case and outer blanks do not matter.

    Examples
    --------
    >>> plain_word(" 镇（街）"), plain_word("Ⅲ级"), plain_word("１２ＡＢ")
    ('镇(街)', 'iii级', '12ab')
    """
    return unicodedata.normalize("NFKC", text).strip().casefold()


def read_condition(text: str) -> Condition | None:
    """Read a condition; a word alone is asked to be equal.

    Returns
    -------
    None where there is no bound, or where a word stands behind a comparison that needs a number.

    Examples
    --------
    >>> read_condition("≥250"), read_condition("yes"), read_condition("> much")
    (Condition(sign='>=', bound='250'), Condition(sign='==', bound='yes'), None)
    """
    plain = unicodedata.normalize("NFKC", text).replace("≥", ">=").replace("≤", "<=")
    match = _CONDITION.fullmatch(plain)
    if match is None:
        return None
    sign = {None: "==", "=": "=="}.get(match[1], match[1])
    condition = Condition(sign, match[2])
    return None if sign in ORDER and math.isnan(condition.number) else condition
