//! relative_time
