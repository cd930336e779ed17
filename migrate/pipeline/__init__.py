"""The use cases, built from the parts below: plan, load, finalise, retry, verify."""
