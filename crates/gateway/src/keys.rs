//! Where the keys of model providers come from: the embedder gives the keyring,
//! the gateway only knows names.

use futures_util::future::BoxFuture;
use secrecy::SecretString;

/// Gives keys by their name. The answer is used for one call and not kept.
pub trait Keys: Send + Sync {
    /// `None` when there is no key of that name.
    ///
    /// The caller waits for at most ten seconds.
    fn key<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, KeyError>>;
}

/// Why the keys could not be asked at all; the text says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(pub String);

/// No keyring: only environment variables give keys.
pub struct NoKeys;

impl Keys for NoKeys {
    fn key<'a>(&'a self, _name: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, KeyError>> {
        Box::pin(async { Ok(None) })
    }
}
