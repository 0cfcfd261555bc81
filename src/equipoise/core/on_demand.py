"""Names of a package that are imported when first asked for, so that each use pays for its own."""

import gc
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module

Attribute = Callable[[str], object]
Names = Callable[[], list[str]]


def on_demand(package: str, homes: Mapping[str, Collection[str]]) -> tuple[Attribute, Names]:
    """Return a package's `__getattr__` and `__dir__`, which import what is asked for.

    A name may not be that of a module beside it: whoever imports that module puts it in the
    name's place.

    Parameters
    ----------
    package
        Its name.
    homes
        Module, within the package -> names that the package offers of it.

    References
    ----------
    PEP 562, https://peps.python.org/pep-0562/

    Examples
    --------
    >>> attribute, names = on_demand("equipoise.core", {"money": ["PriceBook"]})
    >>> "PriceBook" in names(), attribute("PriceBook").__name__
    (True, 'PriceBook')
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def attribute(name: str) -> object:
        if name not in home_of:
            message = f"module '{package}' has no attribute '{name}'"
            raise AttributeError(message)
        with collecting_later():
            return getattr(import_module(f"{package}.{home_of[name]}"), name)

    return attribute, lambda: sorted({*vars(sys.modules[package]), *home_of})


@contextmanager
def collecting_later() -> Iterator[None]:
    """Import without collecting garbage: what modules define stays, and is much to look through."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():  # what somebody froze would thaw
                gc.freeze()
                gc.unfreeze()  # all there is counts as old, which is looked through seldom
            gc.enable()
