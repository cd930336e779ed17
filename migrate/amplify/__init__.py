"""An Amplify app read into a graph of models: what its items hold, whichever generation made it."""
