//! Running other programs: their output shown, their failure named.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs a program with its output shown. A failure names the program and its first arguments.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{} did not start", name(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", name(command));
    }
    Ok(())
}

/// Runs a program and returns what it printed; its complaints go into the error.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{} did not start", name(command)))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{} failed ({}): {}", name(command), output.status, complaint.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program runs and is content, with nothing shown.
pub fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Where a program stands on PATH.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn name(command: &Command) -> String {
    let program = command.get_program().to_string_lossy().into_owned();
    let short = program.rsplit('/').next().unwrap_or(&program).to_owned();
    let mut words = vec![short];
    words.extend(command.get_args().take(3).map(|word| word.to_string_lossy().into_owned()));
    format!("`{}`", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_program_and_what_it_said() {
        let error = output(Command::new("sh").args(["-c", "echo no such boat >&2; exit 3"])).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("`sh -c") && text.contains("no such boat"), "{text}");
    }

    #[test]
    fn a_program_that_is_not_there_is_said_so() {
        let error = run(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(format!("{error:#}").contains("did not start"));
        assert!(on_path("no-such-program-here").is_none());
        assert!(on_path("sh").is_some());
    }
}
