"""Measures job queues on one PostgreSQL: what ops/bench/queue and ops/bench/flat run."""
