"""How unequally something is spread over people.

Values are what people have or have to bear (for example the distance to a clinic in metres),
one per place; ``people`` are the weights, and every measure needs them. Lists, arrays and pandas
objects are taken; two pandas objects must have one index, since places are never matched by luck.

Values must be finite and not negative: leave unreachable places out and say how many people that
leaves out, as :func:`gapmap.assess` does (:func:`quantile`, and :func:`fgt` with ``alpha=0``, take
infinity for what cannot be reached). A place where nobody lives never counts. A value of 0 is a
value; each measure says what it makes of it. Where everyone has the same, every measure of
inequality is 0 but Palma's ratio, which is 0.25. Nobody at all, unequal lengths, and numbers that
are none are a :class:`gapmap.errors.MethodError`.
"""

from gapmap.equity.entropy import Theil, theil, theil_l
from gapmap.equity.lorenz import gini, palma
from gapmap.equity.quantiles import quantile, quantile_of_sorted
from gapmap.equity.ranking import concentration
from gapmap.equity.shortfall import fgt
from gapmap.equity.spread import dissimilarity, variation

__all__ = [
    "Theil",
    "concentration",
    "dissimilarity",
    "fgt",
    "gini",
    "palma",
    "quantile",
    "quantile_of_sorted",
    "theil",
    "theil_l",
    "variation",
]
