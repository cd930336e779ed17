"""The export source: DynamoDB's exports to S3, full and incremental, from a folder or a bucket."""

from migrate.source.export.chain import Chain, chain_of
from migrate.source.export.find import Survey, find_exports, survey
from migrate.source.export.full import read_full_file
from migrate.source.export.incremental import Change, ChangePage, read_incremental_file
from migrate.source.export.model import DataFile, Export
from migrate.source.export.store import Store, store_of

__all__ = [
    "Chain",
    "Change",
    "ChangePage",
    "DataFile",
    "Export",
    "Store",
    "Survey",
    "chain_of",
    "find_exports",
    "read_full_file",
    "read_incremental_file",
    "store_of",
    "survey",
]
