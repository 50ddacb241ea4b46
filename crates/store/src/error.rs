//! What can go wrong with a database, as a sentence that says what happened and what to do.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why a store cannot be opened, read or written. Whatever the variant: a write that was answered with an error has
/// changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(
        "{path} was written by a newer version of Pilothouse (its format is {found}, this version knows formats up \
         to {known}). Nothing was changed. Start the newer version, or move the file away to begin with an empty one"
    )]
    FromTheFuture { path: PathBuf, found: u32, known: u32 },

    #[error(
        "{path} could not be brought to the format of this version: the step \"{name}\" failed. The file is as it \
         was before that step; the version of Pilothouse that wrote it can still open it"
    )]
    MigrationFailed { path: PathBuf, name: String, source: rusqlite::Error },

    #[error("{path} is in use by another program that does not let go of it. Close the other program and try again")]
    Busy { path: PathBuf, source: rusqlite::Error },

    #[error(
        "The disk that holds {path} is full. The last change was not saved; everything before it is safe. Free some \
         space on that disk and try again"
    )]
    DiskFull { path: PathBuf, source: rusqlite::Error },

    #[error("{path} is damaged. Move it away, with the files beside it that begin with its name, and restore a backup")]
    Corrupt { path: PathBuf, source: rusqlite::Error },

    #[error("{path} is not a database of Pilothouse. Nothing was changed. Move the file away and start again")]
    NotADatabase { path: PathBuf },

    #[error("{path} cannot be opened for writing. Check that its folder exists and that both belong to you")]
    CannotOpen { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },

    #[error(
        "The disk that holds {path} failed to read or write. The last change was not saved. Check that the disk is \
         still there and that you have not used up your share of it"
    )]
    DiskFailed { path: PathBuf, source: rusqlite::Error },

    #[error("{path} is closed, because Pilothouse is shutting down. Start it again to go on")]
    Closed { path: PathBuf },

    #[error("A request to {path} hit a defect of Pilothouse ({message}) and was undone. Please report this")]
    Panicked { path: PathBuf, message: String },

    /// Any other refusal of SQLite's: a constraint, a row that is not there, a mistake in a statement.
    #[error(transparent)]
    Sqlite(rusqlite::Error),
}

impl StoreError {
    /// Sorts an error of SQLite's by what a person can do about it.
    pub(crate) fn sorted(path: &Path, source: rusqlite::Error) -> StoreError {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { path, source },
            Some(ErrorCode::DiskFull) => StoreError::DiskFull { path, source },
            Some(ErrorCode::SystemIoFailure) => StoreError::DiskFailed { path, source },
            Some(ErrorCode::DatabaseCorrupt) => StoreError::Corrupt { path, source },
            Some(ErrorCode::NotADatabase) => StoreError::NotADatabase { path },
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                StoreError::CannotOpen { path, source: source.into() }
            }
            _ => StoreError::Sqlite(source),
        }
    }

    /// As `sorted`, for the connection that should write: a file it may only read cannot be opened.
    pub(crate) fn at_opening(path: &Path, source: rusqlite::Error) -> StoreError {
        match source.sqlite_error_code() {
            Some(ErrorCode::ReadOnly) => StoreError::CannotOpen { path: path.to_owned(), source: source.into() },
            _ => StoreError::sorted(path, source),
        }
    }
}
