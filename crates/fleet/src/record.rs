//! A recording of a node's connection in a file: made for this person's eyes alone, never over another one unasked, and
//! good up to its last line however it ends.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use link::record::{Begun, Person, Recording, Redactor, Tally, Texts};
use tokio::sync::watch;

/// A recording under way, or one that was.
#[derive(Clone)]
pub struct Recorded {
    pub path: PathBuf,
    pub recording: Arc<Recording<File>>,
    /// Whether it goes on.
    pub on: bool,
    /// The same file, to mend its end.
    file: Arc<File>,
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
    #[error("no random numbers can be had on this computer: {0}")]
    Random(getrandom::Error),
}

impl Recorded {
    /// Opens the file and writes the recording's first line.
    ///
    /// # Errors
    /// The file is there, or cannot be written.
    pub fn begin(path: &Path, texts: Texts, over: Over) -> Result<Recorded, RecordError> {
        let unwritable = |source| RecordError::Unwritable { path: path.to_owned(), source };
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(RecordError::Random)?;
        let file = open(path, over).map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists => RecordError::Exists { path: path.to_owned() },
            _ => unwritable(source),
        })?;
        let same = Arc::new(file.try_clone().map_err(unwritable)?);
        let redactor = Redactor::new(texts, person(), salt);
        let recording = Arc::new(Recording::begin(file, redactor, &Begun::now(texts)));
        if let Some(fault) = &recording.tally().borrow().fault {
            return Err(RecordError::Full { path: path.to_owned(), why: fault.clone() });
        }
        // What is left of it when it fails later is told by whoever gave the name.
        Ok(Recorded { path: path.to_owned(), recording, on: true, file: same })
    }

    /// What it holds, now and whenever that changes.
    pub fn tally(&self) -> watch::Receiver<Tally> {
        self.recording.tally()
    }

    /// It goes on no longer. After a fault half a line may stand at its end: that is taken away.
    pub fn end(&mut self) {
        self.on = false;
        let tally = self.recording.tally().borrow().clone();
        if tally.fault.is_some()
            && self.file.metadata().is_ok_and(|about| about.is_file() && about.len() > tally.bytes)
            && let Err(error) = self.file.set_len(tally.bytes)
        {
            tracing::warn!(%error, "the recording's last line is not whole");
        }
    }
}

fn open(path: &Path, over: Over) -> io::Result<File> {
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
    if over == Over::Allowed && file.metadata()?.is_file() {
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

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_recording_is_for_its_owner_alone_and_never_over_another_file_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        std::fs::write(&path, "mine").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let refused = Recorded::begin(&path, Texts::Filled, Over::Never).map(drop).unwrap_err();
        assert!(refused.to_string().contains("exists already"), "{refused}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
        Recorded::begin(&path, Texts::Filled, Over::Allowed).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("{\"dir\":\"meta\""));
        assert_eq!(mode(&path), 0o600);
        let fresh = folder.path().join("b.jsonl");
        Recorded::begin(&fresh, Texts::Filled, Over::Never).unwrap();
        assert_eq!(mode(&fresh), 0o600);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_said_at_once() {
        for path in ["/nowhere/at/all.jsonl", "/dev/full"] {
            let refused = Recorded::begin(Path::new(path), Texts::Filled, Over::Allowed).map(drop).unwrap_err();
            assert!(refused.to_string().contains("cannot be written"), "{refused}");
        }
    }
}
