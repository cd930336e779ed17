"""The PostgreSQL side: connections, definitions, COPY and constraints."""
