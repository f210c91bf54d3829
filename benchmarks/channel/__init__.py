"""Training of the entailment channel: pairs, features of the frozen layers, the model, folds."""
