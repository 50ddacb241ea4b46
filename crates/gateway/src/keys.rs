//! Where the keys of model providers come from: the embedder gives the keyring,
//! the gateway only knows names.

use std::convert::Infallible;
use std::fmt::Display;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use secrecy::SecretString;

/// A key, or `None` when there is none of that name, or the sentence why the
/// keys could not be asked at all.
type Answer = Result<Option<SecretString>, String>;

/// Gives keys by their name. The answer is used for one call and not kept.
#[derive(Clone)]
pub struct Keys {
    read: Arc<dyn Fn(String) -> BoxFuture<'static, Answer> + Send + Sync>,
}

impl Keys {
    /// No keyring: only environment variables give keys.
    pub fn none() -> Self {
        Self::from(|_| async { Ok::<_, Infallible>(None) })
    }

    pub fn from<F, E>(read: impl Fn(String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Option<SecretString>, E>> + Send + 'static,
        E: Display,
    {
        let read = move |name| read(name).map(|answer| answer.map_err(|error| error.to_string())).boxed();
        Self { read: Arc::new(read) }
    }

    pub async fn key(&self, name: &str) -> Answer {
        (self.read)(name.to_owned()).await
    }
}
