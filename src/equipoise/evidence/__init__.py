"""From data to distributions: survival fits, life tables, norms, elicitation."""
