//! Recorded frames to neutral events.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use link::dialect::Kind;

use crate::args::Dialect;
use crate::out;

/// Decodes a recording; lines that cannot be read are told and skipped.
pub fn decode(dialect: Dialect, file: &Path) -> anyhow::Result<ExitCode> {
    let name = if file == Path::new("-") {
        "recording".into()
    } else {
        file.file_stem().unwrap_or_default().to_string_lossy()
    };
    let input: Box<dyn BufRead> = if file == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(file).with_context(|| format!("{} cannot be read", file.display()))?))
    };
    let mut written = Ok(());
    link::decode::decode(
        kind(dialect),
        &name,
        input,
        |event| {
            if written.is_ok() {
                written = out::event(event);
            }
        },
        |line, problem| out::problem(&format!("{}:{line}: {problem}", file.display())),
    )
    .with_context(|| format!("{} cannot be read", file.display()))?;
    written?;
    Ok(ExitCode::SUCCESS)
}

fn kind(dialect: Dialect) -> Kind {
    match dialect {
        Dialect::Moltis => Kind::Moltis,
        Dialect::Openclaw => Kind::Openclaw,
        Dialect::McpDashboard => Kind::McpDashboard,
    }
}
