"""Moves an AWS Amplify application from DynamoDB to Aurora PostgreSQL."""

__version__ = "0.1.0"
