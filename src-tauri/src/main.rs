//! Starts the desktop app. Everything else is in the library beside it.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

/// Quicker than the system's where memory is made on one thread and let go on another, as every event's is.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<ExitCode> {
    pilothouse_desktop::run()
}
