"""A codebook from a Pydantic model class."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticUserError

from ...errors import CodebookError
from ..codebook import Codebook
from .json_schema import codebook_from


def from_pydantic(model_class: type[BaseModel], name: str | None = None) -> tuple[Codebook, list[str]]:
    """A codebook with a variable for each field of a Pydantic class, and notes on what was lost.

    It goes by the JSON Schema of the class (see ``from_json_schema`` for the rules): ``bool``,
    ``Literal`` and ``Enum``, ``int`` (with ``ge=0`` a count), ``float`` (its unit from
    ``json_schema_extra={"unit": "mm"}``), ``date``, ``str``, ``Optional``; ``list[Model]`` becomes a
    group, ``list[str]`` spans, a nested model is flattened. ``Field(description=...)`` becomes the
    definition. Raises ``CodebookError`` if the class has no JSON Schema or no fields.
    """
    label = f"{model_class.__module__}:{model_class.__qualname__}"
    try:
        schema: dict[str, Any] = model_class.model_json_schema(by_alias=False)
    except (PydanticInvalidForJsonSchema, PydanticUserError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        hint = (
            "Leave out the fields of that type." if isinstance(error, PydanticInvalidForJsonSchema) else None
        )
        raise CodebookError(f"The class has no JSON Schema: {reason}.", path=label, hint=hint) from None
    codebook, notes = codebook_from(schema, label, name or model_class.__name__)
    decorators = model_class.__pydantic_decorators__
    if decorators.field_validators or decorators.model_validators or decorators.validators:
        notes.append(f"{model_class.__name__}: its validators are not taken over")
    return codebook, notes
