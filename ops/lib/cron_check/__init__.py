"""What ops/check/cron is made of."""
