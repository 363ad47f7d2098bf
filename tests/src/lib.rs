//! Promises that hold across rooms; the tests live in `tests/`.
