//! A queued write: the work, what came of it, and who waits for the answer. The answer is sent only when the commit
//! has happened; that is `writer`'s to say.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rusqlite::{Transaction, ffi};
use tokio::sync::oneshot;

use crate::error::StoreError;
use crate::flight::Flight;

pub(crate) type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// A write whose types are known only to its caller.
pub(crate) trait Job: Send {
    /// Does the work. An error says that what it did must be undone.
    fn run(&mut self, tx: &Transaction<'_>) -> rusqlite::Result<()>;
    /// Tells the caller what came of it; `failure` says why the transaction as a whole was lost, if it was.
    fn answer(self: Box<Self>, failure: Option<&rusqlite::Error>);
}

pub(crate) struct Write<F, T> {
    path: PathBuf,
    work: Option<F>,
    outcome: Option<Result<T, StoreError>>,
    answer: Answer<T>,
    /// Lands when the answer was given: it goes with the job, behind all that is in it.
    _flight: Flight,
}

impl<F, T> Write<F, T> {
    pub fn new(path: &Path, work: F, answer: Answer<T>) -> Self {
        Write { path: path.to_owned(), work: Some(work), outcome: None, answer, _flight: Flight::begin() }
    }
}

impl<F, T> Job for Write<F, T>
where
    F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send,
    T: Send,
{
    fn run(&mut self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let Some(work) = self.work.take() else {
            return Ok(());
        };
        let (outcome, verdict) = match caught(&self.path, || work(tx)) {
            Ok(Ok(value)) => (Ok(value), Ok(())),
            Ok(Err(error)) => {
                let verdict = Err(copy_of(&error));
                (Err(StoreError::sorted(&self.path, error)), verdict)
            }
            Err(panicked) => {
                let verdict = Err(stand_in(panicked.to_string()));
                (Err(panicked), verdict)
            }
        };
        self.outcome = Some(outcome);
        verdict
    }

    fn answer(self: Box<Self>, failure: Option<&rusqlite::Error>) {
        let lost = |error| Err(StoreError::sorted(&self.path, copy_of(error)));
        let answer = match (self.outcome, failure) {
            (Some(Ok(_)) | None, Some(error)) => lost(error),
            (Some(outcome), _) => outcome,
            (None, None) => Err(StoreError::Closed { path: self.path }),
        };
        // Nobody waits any more when the caller was dropped; the write stands all the same.
        let _ = self.answer.send(answer);
    }
}

/// Runs a caller's closure so that its panic is an answer and the thread goes on.
pub(crate) fn caught<T>(path: &Path, work: impl FnOnce() -> T) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let message = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
        StoreError::Panicked { path: path.to_owned(), message: message.to_owned() }
    })
}

/// One lost transaction is told to several callers, and SQLite's errors cannot be cloned.
fn copy_of(error: &rusqlite::Error) -> rusqlite::Error {
    match error {
        rusqlite::Error::SqliteFailure(code, says) => rusqlite::Error::SqliteFailure(*code, says.clone()),
        other => stand_in(other.to_string()),
    }
}

fn stand_in(says: String) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_ERROR), Some(says))
}
