"""The findings of reading an app: what Amplify does with it that a person should know.

`docs/reference/findings.md` is made from this list.
"""

from __future__ import annotations

from migrate.amplify.finding_kind import FindingKind

READING_KINDS = (
    # the app as a whole
    FindingKind(
        "project-files-missing",
        "info",
        "No cli.json and no transform.conf.json was found beside the schema. Feature flags take the"
        " values of a new project, and DataStore is taken to be off.",
        ("give the Amplify project folder", "copy cli.json and transform.conf.json beside it"),
    ),
    FindingKind(
        "generation-contradiction",
        "warning",
        "The feature flag transformerversion and the directives belong to different generations."
        " Each directive is read by the rules of its own generation.",
        ("check transformerversion in cli.json",),
    ),
    FindingKind(
        "flag-assumed",
        "warning",
        "The name of a foreign key attribute depends on the feature flag"
        " respectPrimaryKeyAttributesOnConnectionField, which no file states.",
        ("give the project's cli.json", "look at an item with `migrate inspect`"),
    ),
    FindingKind(
        "datastore-assumed",
        "info",
        "Codegen models do not say whether DataStore is on. They are mostly made for it, so its"
        " attributes (_version, _lastChangedAt, _deleted, _ttl) are expected.",
        ("put transform.conf.json beside the models", "read the schema text instead"),
    ),
    FindingKind(
        "introspection-incomplete",
        "info",
        "A JSON description leaves out defaults, old table names (@mapsTo), fields of interface and"
        " union types, and shows a list of lists as a plain list.",
        ("read the schema text instead (Gen 2: model-schema.graphql of the deployment)",),
    ),
    # models and fields
    FindingKind(
        "sql-backed-model",
        "warning",
        "The model lies in an SQL database and has no DynamoDB table: nothing is converted.",
        ("move it with the tools of that database",),
    ),
    FindingKind(
        "conversation-tables",
        "warning",
        "A conversation route keeps its rows in two tables that no model describes.",
        ("write a mapping for each", "leave the conversations behind"),
    ),
    FindingKind(
        "second-primary-key",
        "warning",
        "A model can have one primary key. The first one is read; Amplify refuses such a schema.",
        ("remove the other key", "give it a name: then it is an index"),
    ),
    FindingKind(
        "index-field-missing",
        "warning",
        "An index is on a field that the model does not have. Amplify refuses such a schema; the"
        " index is left out.",
        ("correct the name of the field",),
    ),
    FindingKind(
        "model-field-without-relation",
        "warning",
        "The field's type is a model, but no directive makes it a relation: Amplify stores nothing"
        " for it.",
        ("nothing to do when a resolver of yours answers it",),
    ),
    FindingKind(
        "model-in-custom-type",
        "warning",
        "A field of a custom type has a model as its type: Amplify stores nothing for it.",
        ("nothing to do when a resolver of yours answers it",),
    ),
    FindingKind(
        "custom-scalar",
        "warning",
        "The scalar is none of AppSync's. Its values are taken as JSON.",
        ("change the column's type in the mapping after `migrate inspect`",),
    ),
    FindingKind(
        "unknown-directive",
        "warning",
        "The directive is none of Amplify's: a transformer of your own may store more, or less,"
        " than the schema says.",
        ("look at the items with `migrate inspect`",),
    ),
    FindingKind(
        "expiring-rows",
        "info",
        "Items of this model expire. DynamoDB deletes late, so rows past their time may be there.",
        ("filter them with `where`", "keep them"),
    ),
    FindingKind(
        "group-field-not-declared",
        "info",
        "A group rule reads a field that the model does not declare, so nothing writes it.",
        ("nothing to do unless `migrate inspect` finds the attribute",),
    ),
    FindingKind(
        "owner-implied-by-rule",
        "info",
        "An owner rule adds an attribute that the JSON description does not list. It was added.",
        ("check its name with `migrate inspect`",),
    ),
    # relations
    FindingKind(
        "relation-to-missing-model",
        "warning",
        "The relation's model is not in the input. The key is a declared field and is kept as a"
        " column, without a foreign key.",
        ("give the other schema files as well", "keep the column alone"),
    ),
    FindingKind(
        "relation-to-sql-model",
        "warning",
        "The relation's model lies in an SQL database. A key among the declared fields is kept as a"
        " column, without a foreign key.",
        ("add the foreign key once that table is in the same database",),
    ),
    FindingKind(
        "relation-not-possible",
        "warning",
        "A relation directive stands at a field whose type is no model. Amplify refuses it; the"
        " field is read as if the directive were not there.",
        ("remove the directive",),
    ),
    FindingKind(
        "relation-index-missing",
        "warning",
        "The relation names an index that the other model does not have. Amplify refuses it; the"
        " relation is left out.",
        ("correct the name of the index",),
    ),
    FindingKind(
        "relation-key-not-stored",
        "warning",
        "@belongsTo without `fields` reads a key named after the other side, but the other side"
        " uses a key of its own: no item holds the key, so the relation is always empty.",
        ("use the relation of the other side", "give `fields` to @belongsTo"),
    ),
    FindingKind(
        "belongs-to-without-opposite",
        "warning",
        "@belongsTo needs @hasOne or @hasMany on the other model. Amplify refuses it; the key is"
        " taken to lie on this model.",
        ("check the key's name with `migrate inspect`",),
    ),
    FindingKind(
        "many-to-many-one-sided",
        "warning",
        "A @manyToMany relation must stand on exactly two fields and stands on one. The other side"
        " is taken to be the field's type.",
        ("add the other side",),
    ),
    FindingKind(
        "many-to-many-self",
        "warning",
        "Both sides of the @manyToMany relation are the same model, so both keys get the same name:"
        " an item of the join table cannot hold two different ids.",
        ("look at the join table with `migrate inspect`",),
    ),
    FindingKind(
        "join-rows-not-unique",
        "info",
        "Nothing makes the pair in a join table unique: the same two rows may be linked twice.",
        ("keep every row", "drop repetitions with `duplicates`"),
    ),
    FindingKind(
        "required-relation-not-enforced",
        "info",
        "The relation is required in GraphQL, but its key is an optional attribute: items without"
        " it can be written.",
        ("leave the column nullable", "add `required: true` once the rows were checked"),
    ),
)  # fmt: skip
