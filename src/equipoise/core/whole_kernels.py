"""Numba's compiler, told to compile a kernel as a whole: its parts are only put together.

By itself it optimises each function and makes machine code of it, and then does both once more with
every function that calls it, which takes most of its time where fifty functions make one kernel.
"""

import gc
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from llvmlite.binding import ModuleRef
from numba.core import event, ir, typed_passes, untyped_passes
from numba.core.codegen import JITCodeLibrary, JITCPUCodegen
from numba.core.compiler import CompilerBase
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import PassManager
from numba.core.registry import cpu_target
from numba.core.types.functions import BaseFunction

_OPERATORS = frozenset(one for one in vars(operator).values() if callable(one))

_WRAPPER = "_ZN7cpython"
"""How names of functions begin through which Python calls machine code."""


_PASSES = (
    untyped_passes.TranslateByteCode,
    untyped_passes.FixupArgs,
    untyped_passes.ReconstructSSA,
    typed_passes.NopythonTypeInference,
    typed_passes.PreLowerStripPhis,
    typed_passes.NativeLowering,
    typed_passes.NoPythonBackend,
)
"""Of Numba's, those that numbers, pointers and named tuples need."""


class PlainPipeline(CompilerBase):
    """From Python to LLVM, for functions without closures, literal loops or arrays that they own.

    Numba goes through each function a dozen times for such things, a fifth of its time.
    """

    def define_pipelines(self) -> list[PassManager]:
        """Return the one way there is."""
        passes = PassManager("plain")
        for one in _PASSES:
            passes.add_pass(one, one.__name__)
        passes.finalize()
        return [passes]


class _Library(JITCodeLibrary):
    """One function and what it calls: optimised and made machine code only if Python calls it."""

    def _is_part(self) -> bool:
        names = [one.name for one in self._final_module.functions]
        # One without any function is what was kept as machine code.
        return bool(names) and not any(name.startswith(_WRAPPER) for name in names)

    def _optimize_functions(self, module: ModuleRef) -> None:
        module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        if not self._is_part():
            super()._optimize_final_module()

    def _finalize_final_module(self) -> None:
        if self._is_part():
            self._finalized = True
        else:
            super()._finalize_final_module()


class _Compiler(JITCPUCodegen):
    """Numba's compiler with libraries that can be parts."""

    _library_class = _Library

    def set_env(self, env_name: str, env: object) -> None:
        """Tell machine code where its globals are in Python, if there is any yet."""
        if self._engine.is_symbol_defined(env_name):
            super().set_env(env_name, env)


@lru_cache(maxsize=1)
def _compiler() -> _Compiler:
    """Return the compiler of whole kernels."""
    return _Compiler("equipoise")


def _remembered(usual: Callable[..., object]) -> Callable[..., object]:
    """Return how Numba finds what an operator gives, asked once for the same kinds of numbers.

    It looks at each meaning that any array could give the operator, every time.
    """
    known: dict[tuple[object, ...], object] = {}

    def get_call_type(
        function: BaseFunction,
        context: object,
        kinds: Sequence[object],
        named: Mapping[str, object],
    ) -> object:
        if named or function.typing_key not in _OPERATORS:
            return usual(function, context, kinds, named)
        asked = (function, *kinds)
        if asked not in known:
            known[asked] = usual(function, context, kinds, named)
        return known[asked]

    return get_call_type


def _variables(_self: object, value: Any) -> list[ir.Var]:  # noqa: ANN401
    """Return the variables in a value: Numba asks of each number and each text what it is."""
    kind = type(value)
    if kind is ir.Var:
        return [value]
    if kind is dict:
        value = value.values()
    elif kind is not list and kind is not tuple:
        return value.list_vars() if isinstance(value, ir.Inst) else []
    return [found for one in value if type(one) not in _WITHOUT for found in _variables(_self, one)]


_WITHOUT = frozenset([ir.Loc, str, int, float, bool, type(None)])


@contextmanager
def whole_kernels() -> Iterator[None]:
    """Compile parts without making machine code of them, as long as this lasts."""
    context, collects = cpu_target.target_context, gc.isenabled()
    with global_compiler_lock:  # nobody else compiles meanwhile
        usual = context._internal_codegen
        context._internal_codegen = _compiler()
        gc.disable()  # it makes a million objects that stay, through which Python would go again
        meaning = BaseFunction.get_call_type
        BaseFunction.get_call_type = _remembered(meaning)  # type: ignore[assignment, method-assign]
        # And it tells the clocks of all functions around of each step that it makes.
        told, event.broadcast = event.broadcast, lambda _event: None
        named = ir.Inst._rec_list_vars
        ir.Inst._rec_list_vars = _variables  # type: ignore[method-assign]
        try:
            yield
        finally:
            context._internal_codegen = usual
            BaseFunction.get_call_type = meaning  # type: ignore[method-assign]
            event.broadcast = told
            ir.Inst._rec_list_vars = named  # type: ignore[method-assign]
            if collects:
                gc.enable()


def object_file(library: JITCodeLibrary) -> tuple[bytes, str]:
    """Optimise a function that was compiled as part; return its object file, and its text in LLVM.

    The last step of optimising is left out, which made code longer and no kernel quicker.

    Parameters
    ----------
    library
        Of the function, with all that it calls.
    """
    compiler, module = _compiler(), library._final_module
    passes, builder = compiler._module_pass_manager(opt=2)
    passes.run(module, builder)
    return compiler._tm.emit_object(module), str(module)
