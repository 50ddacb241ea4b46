//! A program that runs for one test, and ends with it together with everything it started.

use std::fs;
use std::io::{BufRead, BufReader, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::wait::until;

/// A started program. Dropping it kills its whole tree of processes.
pub struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts it with this on its standard input (`Stdio::null()` for nothing) and what it says written into `log`.
    ///
    /// # Errors
    /// When the program or the log cannot be opened.
    pub fn start(command: &Command, input: impl Into<Stdio>, log: &Path) -> Result<Running> {
        let mut tied = tied(command);
        let file = fs::File::create(log)?;
        tied.stdin(input).stdout(file.try_clone()?).stderr(file);
        Running::spawn(tied, log)
    }

    /// Starts a program that says on its first line, on standard output, that it is ready.
    ///
    /// # Errors
    /// When it does not start or ends without a line.
    pub fn start_and_read(command: &Command, input: impl Into<Stdio>, log: &Path) -> Result<(Running, String)> {
        let mut tied = tied(command);
        tied.stdin(input).stdout(Stdio::piped()).stderr(fs::File::create(log)?);
        let mut running = Running::spawn(tied, log)?;
        let output = running.child.stdout.take().context("its output is piped")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        if line.trim().is_empty() {
            bail!("{} ended at once: {}", command.get_program().to_string_lossy(), running.tail());
        }
        Ok((running, line.trim().to_owned()))
    }

    fn spawn(mut command: Command, log: &Path) -> Result<Running> {
        let child = command.spawn().with_context(|| format!("{command:?} did not start"))?;
        Ok(Running { child, log: log.to_path_buf() })
    }

    /// Waits until it is ready, which `probe` tells.
    ///
    /// # Errors
    /// What it said, when it ends first or is not ready `within`.
    pub async fn until_ready<F: Future<Output = bool>>(
        mut self,
        name: &str,
        within: Duration,
        mut probe: impl FnMut() -> F,
    ) -> Result<Running> {
        let waited = format!("{name} is ready");
        let ready = until(&waited, within, || {
            let over = self.has_ended();
            let probed = probe();
            async move { if over { Some(false) } else { probed.await.then_some(true) } }
        });
        let outcome = ready.await;
        match outcome {
            Ok(true) => Ok(self),
            Ok(false) => bail!("{name} ended while starting:\n{}", self.tail()),
            Err(error) => Err(error.context(self.tail())),
        }
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// The last lines it said.
    pub fn tail(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut tree = vec![self.child.id()];
        descendants(self.child.id(), &mut tree);
        let _gone =
            Command::new("kill").arg("-KILL").args(tree.iter().map(u32::to_string)).stderr(Stdio::null()).status();
        let _reaped = self.child.wait();
    }
}

/// A file that holds this text, for a program's standard input.
///
/// # Errors
/// When there is no place for it.
pub fn input(text: &str) -> Result<fs::File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(text.as_bytes())?;
    file.rewind()?;
    Ok(file)
}

/// The same command, ended by the kernel when the test dies without dropping it.
fn tied(command: &Command) -> Command {
    if !Path::new("/usr/bin/setpriv").is_file() {
        return again("env", &[], command);
    }
    again("/usr/bin/setpriv", &["--pdeathsig", "KILL", "--"], command)
}

fn again(program: &str, first: &[&str], inner: &Command) -> Command {
    let mut outer = Command::new(program);
    outer.args(first).arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(folder) = inner.get_current_dir() {
        outer.current_dir(folder);
    }
    outer
}

/// The processes that a process started, as the kernel tells it: each is the child of the thread that started it.
pub fn children(process: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    let lists = threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>()).collect()
}

/// Everything below a process.
pub(crate) fn descendants(process: u32, found: &mut Vec<u32>) {
    for child in children(process) {
        found.push(child);
        descendants(child, found);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_child_is_found_whatever_thread_started_it() {
        let start = || Command::new("sleep").arg("600").spawn().unwrap();
        std::thread::scope(|threads| {
            // The thread must live on: the kernel gives the children of one that ended to another.
            let (told, child) = std::sync::mpsc::channel();
            let (end, over) = std::sync::mpsc::channel::<()>();
            threads.spawn(move || {
                let child = start();
                told.send(child).unwrap();
                let _ = over.recv();
            });
            let mut child = child.recv().unwrap();
            assert!(children(std::process::id()).contains(&child.id()));
            child.kill().unwrap();
            child.wait().unwrap();
            drop(end);
        });
    }

    #[tokio::test]
    async fn a_program_ends_with_its_test_and_takes_its_children_along() {
        let folder = tempfile::tempdir().unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 600 & echo $!; wait"]);
        let (running, child) = Running::start_and_read(&shell, Stdio::null(), &folder.path().join("log")).unwrap();
        let process = PathBuf::from(format!("/proc/{child}/stat"));
        assert!(process.exists());
        drop(running);
        // Killed: gone in a moment, or a dead entry that its new parent has not read yet.
        let gone = || async {
            let stat = fs::read_to_string(&process).unwrap_or_default();
            (stat.is_empty() || stat.contains(") Z ")).then_some(())
        };
        until("the child is gone", Duration::from_secs(10), gone).await.unwrap();
    }

    #[test]
    fn a_program_that_ends_at_once_says_what_it_said() {
        let folder = tempfile::tempdir().unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo no harbour >&2; exit 1"]);
        let error = Running::start_and_read(&shell, Stdio::null(), &folder.path().join("log")).err().unwrap();
        assert!(error.to_string().contains("no harbour"), "{error}");
    }
}
