"""The rule types by name: a new one is one file and one line here."""

from typing import Annotated

from pydantic import Field

from listener.domain.rules.frequency import FrequencyRule
from listener.domain.rules.mention import MentionRule

AnyRule = Annotated[MentionRule | FrequencyRule, Field(discriminator="type")]
"""A ``[[rule]]`` block, told apart by its ``type``."""

TYPES = {"mention": MentionRule, "frequency": FrequencyRule}
