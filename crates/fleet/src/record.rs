//! A recording of a node's connection in a file: made for this person's eyes alone, never over another one unasked, and
//! good up to its last line: one that does not fit is taken back.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use link::record::{Begun, Person, Recording, Redactor, Tally, Texts};
use tokio::sync::watch;

/// A recording under way, or one that was.
pub struct Recorded {
    pub path: PathBuf,
    pub recording: Arc<Recording<Paper>>,
    /// Whether it goes on.
    pub on: bool,
}

/// Whether a file that is there may be written over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    Never,
    Allowed,
}

/// Why there is no recording.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("{path} exists already. Name another file, or allow it to be written over")]
    Exists { path: PathBuf },
    #[error("{path} cannot be written: {source}. Name a file in a folder of yours")]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("{path} cannot be written: {why}. Make room, or name a file on another disk")]
    Full { path: PathBuf, why: String },
    #[error("no random numbers can be had on this computer: {0}. Nothing was recorded; try again after a restart")]
    Random(getrandom::Error),
}

impl Recorded {
    /// Opens the file and writes the recording's first line. Blocks as long as the disk does.
    ///
    /// # Errors
    /// The file is there, or cannot be written; then none is left that was not there before.
    pub fn begin(path: &Path, texts: Texts, over: Over) -> Result<Recorded, RecordError> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(RecordError::Random)?;
        let file = open(path, over).map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists => RecordError::Exists { path: path.to_owned() },
            _ => RecordError::Unwritable { path: path.to_owned(), source },
        })?;
        let redactor = Redactor::new(texts, person(), salt);
        let recording = Arc::new(Recording::begin(Paper { file, length: 0 }, redactor, &Begun::now(texts)));
        if let Some(why) = recording.tally().borrow().fault.clone() {
            if over == Over::Never
                && let Err(error) = fs::remove_file(path)
            {
                tracing::warn!(%error, "an empty recording is left");
            }
            return Err(RecordError::Full { path: path.to_owned(), why });
        }
        // What is left of it when it fails later is told by whoever gave the name.
        Ok(Recorded { path: path.to_owned(), recording, on: true })
    }

    /// What it holds, now and whenever that changes.
    pub fn tally(&self) -> watch::Receiver<Tally> {
        self.recording.tally()
    }
}

/// A file that ends with what was last written whole.
pub struct Paper {
    file: File,
    /// Bytes that were written whole.
    length: u64,
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self.file.write_all(bytes);
        match &written {
            Ok(()) => self.length += bytes.len() as u64,
            Err(_) => {
                if let Err(error) = self.file.set_len(self.length) {
                    tracing::warn!(%error, "the recording's last line is not whole");
                }
            }
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn open(path: &Path, over: Over) -> io::Result<File> {
    // What is no file may never open, such as a pipe that nobody reads.
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return Err(io::Error::other("it is no file"));
    }
    let mut options = OpenOptions::new();
    options.write(true);
    match over {
        Over::Never => options.create_new(true),
        Over::Allowed => options.create(true).truncate(true),
    };
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    if over == Over::Allowed {
        // One that was there may have been open to others.
        file.set_permissions(<Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o600))?;
    }
    Ok(file)
}

/// Whose computer this is: none of it is anybody's business.
fn person() -> Person {
    let home = std::env::home_dir().map(|home| home.display().to_string()).filter(|home| home.len() > 1);
    let name = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    Person { home, name: name.filter(|name| !name.is_empty()) }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use link::record::{Crossed, Recorder};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn refused(path: &Path, over: Over) -> String {
        Recorded::begin(path, Texts::Filled, over).map(drop).unwrap_err().to_string()
    }

    #[test]
    fn a_recording_is_for_its_owner_alone_and_never_over_another_file_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        fs::write(&path, "mine").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert!(refused(&path, Over::Never).contains("exists already"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        Recorded::begin(&path, Texts::Filled, Over::Allowed).unwrap();
        assert!(fs::read_to_string(&path).unwrap().starts_with("{\"dir\":\"meta\""));
        assert_eq!(mode(&path), 0o600);
        let fresh = folder.path().join("b.jsonl");
        Recorded::begin(&fresh, Texts::Filled, Over::Never).unwrap();
        assert_eq!(mode(&fresh), 0o600);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_said_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [Path::new("/nowhere/at/all.jsonl"), Path::new("/dev/full"), folder.path(), &pipe] {
            let refused = refused(path, Over::Allowed);
            assert!(refused.contains("cannot be written"), "{refused}");
        }
    }

    /// Says that this program runs where no file grows beyond so many blocks.
    const CRAMPED: &str = "PILOTHOUSE_TEST_CRAMPED";

    /// Runs one test of this program again, where no file grows beyond so many blocks.
    fn cramped(blocks: u32, test: &str) {
        let run = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        let mut again = Command::new("sh");
        again.args(["-c", &run, "sh"]).arg(std::env::current_exe().unwrap());
        let done = again.args(["--exact", test, "--nocapture"]).env(CRAMPED, "1").output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert!(String::from_utf8_lossy(&done.stdout).contains("1 passed"), "{test} is not the name of it");
    }

    #[test]
    fn a_full_disk_leaves_no_file_of_a_recording_that_never_began() {
        if std::env::var_os(CRAMPED).is_none() {
            return cramped(0, "record::tests::a_full_disk_leaves_no_file_of_a_recording_that_never_began");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        for _ in 0..2 {
            let refused = refused(&path, Over::Never);
            assert!(refused.contains("Make room") && !path.exists(), "{refused}");
        }
        fs::write(&path, "").unwrap();
        assert!(refused(&path, Over::Allowed).contains("Make room") && path.exists());
    }

    #[test]
    fn what_does_not_fit_leaves_no_half_a_line() {
        if std::env::var_os(CRAMPED).is_none() {
            return cramped(1, "record::tests::what_does_not_fit_leaves_no_half_a_line");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let recorded = Recorded::begin(&path, Texts::Kept, Over::Never).unwrap();
        recorded.recording.record(Crossed::In(&"x".repeat(2000)));
        let tally = recorded.tally().borrow().clone();
        let written = fs::read_to_string(&path).unwrap();
        assert!(tally.fault.is_some() && written.ends_with('\n') && written.len() as u64 == tally.bytes, "{written}");
    }
}
