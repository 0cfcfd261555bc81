"""What every model of a user's file shares."""

from pydantic import BaseModel, ConfigDict


class SpecModel(BaseModel):
    """Base of all spec models: no unknown fields, no change after reading."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        allow_inf_nan=False,
        # Most are only parts of others, which hold what is built of them; and some runs read none
        # of a kind.
        defer_build=True,
    )
