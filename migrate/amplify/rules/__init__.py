"""What Amplify stores for a schema: one rule a file, each over the same draft of the app."""
