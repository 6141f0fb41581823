"""The inner ring: values and rules, without any vendor."""
