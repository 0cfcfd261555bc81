"""Facts of a product, checked against what they mean."""

from collections.abc import Iterator, Mapping

from equipoise.core.translation import translate as _
from equipoise.spec.attributes import Attribute
from equipoise.spec.findings import Finding, Place, did_you_mean, finding, unknown_sources
from equipoise.spec.study import Product


def check_product(product: Product, attributes: Mapping[str, Attribute]) -> Iterator[Finding]:
    """Yield every fact that nobody asks for, is of the wrong kind, or contradicts another.

    Parameters
    ----------
    product
        As read.
    attributes
        What facts mean.
    """
    for name, value in product.attributes.items():
        place: Place = ("attributes", name)
        if name not in attributes:
            message = _("no law asks for a fact '{name}'", name=name)
            yield finding(place, message, fix=did_you_mean(name, attributes))
            continue
        attribute = attributes[name]
        if value != "unknown" and isinstance(value, bool) == (attribute.unit is not None):
            yield from _wrong_kind(place, attribute)
        elif not isinstance(value, bool) and value != "unknown" and value < 0.0:
            message = _("a number of these cannot be below 0")
            yield finding(place, message, fix=_("correct the number"))
        needed = attribute.only_if
        if value is True and needed is not None and product.attributes.get(needed) is False:
            message = _("cannot be true while '{name}' is false", name=needed)
            yield finding(place, message, fix=_("correct one of the two"))
    yield from unknown_sources({("source",): product.source}, product.sources)


def _wrong_kind(place: Place, attribute: Attribute) -> Iterator[Finding]:
    """Tell that a fact is a number where it should be a yes or no, or the other way round."""
    if attribute.unit is None:
        yield finding(place, _("it is a yes or a no"), fix=_("write true, false or unknown"))
    else:
        message = _("it is a number, {unit}", unit=attribute.unit)
        yield finding(place, message, fix=_("write the number, or unknown"))
