//! button
