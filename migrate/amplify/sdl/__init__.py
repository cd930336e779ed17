"""GraphQL schema text read into plain definitions with their positions."""
