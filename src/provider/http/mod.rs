//! HTTP with time-outs, retries, limits and redacted logs.
