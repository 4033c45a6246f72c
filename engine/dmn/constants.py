"""What is evaluated once, when a model is compiled, and depends on no variable and no time."""

from datetime import UTC, datetime

from engine.feel import Moment

NO_MOMENT = Moment(datetime(1970, 1, 1, tzinfo=UTC))
"""The moment of conversions and constants; nothing of it is seen."""
