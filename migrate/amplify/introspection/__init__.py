"""Amplify's own JSON descriptions of an app: amplify_outputs.json and the codegen models."""
