"""How well a model does: metrics, their intervals, tables of predictions."""
