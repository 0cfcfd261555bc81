"""Values of our own in the fields of files: how pydantic reads and writes them."""

from collections.abc import Callable
from typing import Any

from pydantic import GetPydanticSchema
from pydantic_core import core_schema


def text_field(
    read: Callable[[Any], object], *, write: Callable[[Any], str] = str
) -> GetPydanticSchema:
    """Return the annotation of a field that files write as a text.

    Left to itself, pydantic reads the source of the value's class, and of all classes inside it,
    for every single field, which takes longer than reading a study.

    Parameters
    ----------
    read
        Makes the value from what the file has, or passes a value on; raises ValueError.
    write
        Makes the text that `read` understands.

    Examples
    --------
    >>> from typing import Annotated
    >>> from pydantic import TypeAdapter
    >>> numbers = TypeAdapter(Annotated[complex, text_field(complex)])
    >>> numbers.validate_python("1+2j"), numbers.dump_python(1 + 2j)
    ((1+2j), '(1+2j)')
    """
    text = core_schema.plain_serializer_function_ser_schema(
        write, return_schema=core_schema.str_schema()
    )
    schema = core_schema.no_info_plain_validator_function(read, serialization=text)
    return GetPydanticSchema(lambda _source, _handler: schema)
