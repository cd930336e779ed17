"""DynamoDB and its Streams as a state machine with the true rules, a clock that tests turn, and
faults by script; served over HTTP, so that botocore clients of any process talk to it unchanged.

    clock = FakeClock(datetime(2025, 4, 1, tzinfo=UTC))     # stands still; `runs=True`: goes on
    fake = FakeDynamoDB(clock, seed=7)                      # same seed and calls: same answers
    with serving(fake) as endpoint_url:                     # dynamodb and dynamodbstreams
        ...

The layers, each built on those before it: the state (clock, keys, values, sequence, record, shard,
stream, table; no lock, no HTTP), the account with its one lock (fake), the operations (operations/:
a request in, an answer out), HTTP (server).

What a test does to it, at any time and from any thread; items are typed JSON as on the wire
(numbers and base64 are text), `key` may be a whole item:

    fake.put(table, item)               as PutItem; no record if nothing changes
    fake.delete(table, key)
    fake.expire(table, key)             a TTL removal, with its userIdentity
    fake.items(table)                   the truth, copies in the order of a scan
    fake.split(table, shard_id=None)    closes a shard; the ids of its two children
    fake.roll(table, shard_id=None)     closes one or each shard; the ids of the only children
    fake.shards(table)                  the true shards, whatever DescribeStream says
    fake.empty_pages(table, n, shard_id=None)   the next n GetRecords are empty: not the end
    fake.recreate_stream(table)         somebody else switched it off and on; the new ARN
    fake.trim()                         forgets what is 24 hours old
    clock.advance(seconds)              trims by itself unless `knobs.trims_late`
    fake.knobs.NAME = ...               page sizes, late listings, throttling: see knobs.py
    fake.before_operation = hook        hook(operation, request) before each request
    fake.calls                          what arrived: operation, request, the clock's time

What goes wrong on the way (`times=1` each, operation "GetRecords" or "*"):

    fake.faults.throttle(operation, times, code)    answered by an error, not performed
    fake.faults.fail(operation)                     HTTP 500, not performed
    fake.faults.answer(operation, ApiError(...))    any error, not performed
    fake.faults.fail_after_write(operation)         HTTP 500, but performed
    fake.faults.cut(operation)                      performed; the answer breaks off in the middle
    fake.faults.lose(operation)                     performed; the connection ends, no answer
    fake.faults.slow(operation, seconds)            performed; the answer takes its (real) time
    gate = fake.faults.hold(operation, after=...)   waits until gate.release()

Where AWS's documents leave a choice, a knob turns it: whether EndingSequenceNumber lies on the
last record, whether AFTER_SEQUENCE_NUMBER of the newest trimmed record is served, when a closed
shard leaves the listing, whether the null iterator comes with the last records. A copy has to
be right either way. Parameters that the fake does not know are refused, never ignored. Not here:
Query, transactions, PartiQL, filters, nested paths in expressions, backups and exports.
"""

from tests.fakes.dynamodb.clock import FakeClock
from tests.fakes.dynamodb.errors import ApiError
from tests.fakes.dynamodb.fake import Call, FakeDynamoDB
from tests.fakes.dynamodb.faults import Faults, Gate
from tests.fakes.dynamodb.knobs import Knobs
from tests.fakes.dynamodb.server import serving

__all__ = ["ApiError", "Call", "FakeClock", "FakeDynamoDB", "Faults", "Gate", "Knobs", "serving"]
