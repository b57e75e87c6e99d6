"""From assessments and causes to a verdict. Pure."""
