"""Reading a product file that stands alone, without a study."""

from collections.abc import Mapping
from pathlib import Path

from equipoise.core.errors import SpecError
from equipoise.spec.attributes import Attribute
from equipoise.spec.load import located
from equipoise.spec.problems import validate
from equipoise.spec.product_check import check_product
from equipoise.spec.reader import read_document
from equipoise.spec.study import Product


def read_product(path: Path, attributes: Mapping[str, Attribute]) -> Product:
    """Read and check a product file that stands alone.

    Parameters
    ----------
    path
        Of the file.
    attributes
        Facts that it may state.

    Raises
    ------
    SpecError
        With every mistake of the file.
    """
    document = read_document(path)
    product = validate(Product, document)
    problems = located(document, check_product(product, attributes))
    if problems:
        raise SpecError(problems)
    return product
