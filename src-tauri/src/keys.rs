//! The keys of model providers for our own gateway: it knows their names, the keyring has them.

use std::future::Future;
use std::pin::Pin;

use fleet::keys::{Keys, SecretString, Slot};
use gateway::KeyError;

/// Asks the keyring for the key that a gateway's settings name.
pub struct ModelKeys {
    keys: Keys,
}

impl ModelKeys {
    /// From that keyring.
    pub fn new(keys: Keys) -> ModelKeys {
        ModelKeys { keys }
    }
}

impl gateway::Keys for ModelKeys {
    fn key<'a>(
        &'a self,
        name: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Option<SecretString>, KeyError>> + Send + 'a>> {
        Box::pin(async move { self.keys.read(name, Slot::Model).await.map_err(|fault| KeyError(format!("{fault}."))) })
    }
}
