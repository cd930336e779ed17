"""The verifier's own reading of DynamoDB's exports to S3, independent of the loader's."""
