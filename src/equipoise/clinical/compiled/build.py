"""From the text of a model's kernel to the kernel."""

from pathlib import Path

from equipoise.core import kernels
from equipoise.core.kernels import Kernel
from equipoise.core.object_code import Argument


def ready(text: str, *nothing: Argument) -> Kernel:
    """Return the kernel of a text, compiled or loaded; see `core.kernels.ready`."""
    return kernels.ready(text, *nothing, sources=Path(__file__).parent)
