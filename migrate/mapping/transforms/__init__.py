"""Where a column's value comes from: one file a transform, chosen by its key in the column.

Adding one means: its file here, its line in `TRANSFORMS`, its case file in tests/cases/mapping/,
and its independent reading in `migrate.validate.interpret`. A test fails while one is missing.
"""

from migrate.mapping.transforms.attribute import FromAttribute, FromParent
from migrate.mapping.transforms.base import Transform
from migrate.mapping.transforms.derived_id import DerivedId
from migrate.mapping.transforms.element import Element
from migrate.mapping.transforms.fixed import FixedValue
from migrate.mapping.transforms.function import NamedFunction
from migrate.mapping.transforms.position import Position
from migrate.mapping.transforms.rest import Rest

TRANSFORMS: dict[str, type[Transform]] = {
    "from": FromAttribute,
    "parent": FromParent,
    "value": FixedValue,
    "uuid5": DerivedId,
    "position": Position,
    "element": Element,
    "rest": Rest,
    "call": NamedFunction,
}

__all__ = [
    "TRANSFORMS", "DerivedId", "Element", "FixedValue", "FromAttribute", "FromParent",
    "NamedFunction", "Position", "Rest", "Transform",
]  # fmt: skip
