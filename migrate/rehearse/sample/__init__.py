"""The sample of a rehearsal: HugMeDo's tables as Amplify stores them, with planted defects."""

from migrate.rehearse.sample.generate import (
    GENERATOR_VERSION,
    Expected,
    expected,
    generate,
    planted,
)
from migrate.rehearse.sample.tables import seed

__all__ = ["GENERATOR_VERSION", "Expected", "expected", "generate", "planted", "seed"]
