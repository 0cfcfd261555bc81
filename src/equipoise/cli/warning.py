"""What a model may not mean as it stands."""

from rich.console import Console

from equipoise.core.translation import translate as _
from equipoise.spec.load import warnings_of
from equipoise.spec.loaded import LoadedModel


def say_warnings(model: LoadedModel, console: Console, *, continuous: bool | None = None) -> None:
    """Print the warnings of a model.

    Parameters
    ----------
    model
        As loaded.
    console
        Where to print.
    continuous
        Whether it runs in continuous time; omitted is what its file says.
    """
    for problem in warnings_of(model, continuous=continuous):
        text = _("Warning: {problem}", problem=str(problem))
        console.print(text, style="yellow", highlight=False, soft_wrap=True)
        if problem.and_more:
            console.print(_("and more; mend these first"), style="yellow", highlight=False)
