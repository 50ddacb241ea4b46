//! A keyring as the house needs it: set, get and delete one text by its account name. All of it may block for as
//! long as it likes; deadlines are the caller's.

use keyring::{Entry, Error};
use secrecy::{ExposeSecret, SecretString};

/// The service name under which all entries stand.
pub const SERVICE: &str = "pilothouse";

/// A place where secrets are kept by account name.
pub trait Vault: Send + Sync {
    /// Keeps the secret; replaces an earlier one.
    ///
    /// # Errors
    /// The vault is absent, locked or broken.
    fn set(&self, account: &str, secret: &SecretString) -> Result<(), VaultError>;

    /// The secret, or `None` when there is none.
    ///
    /// # Errors
    /// The vault is absent, locked or broken.
    fn get(&self, account: &str) -> Result<Option<SecretString>, VaultError>;

    /// Deletes the secret. That there is none is no error.
    ///
    /// # Errors
    /// The vault is absent, locked or broken.
    fn delete(&self, account: &str) -> Result<(), VaultError>;
}

/// Why a vault did not do it.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("there is no keyring")]
    Absent,
    #[error("the keyring is locked")]
    Locked,
    #[error("{0}")]
    Broken(String),
}

/// The operating system's own: Secret Service, Keychain or Credential Manager.
pub struct SystemVault;

impl Vault for SystemVault {
    fn set(&self, account: &str, secret: &SecretString) -> Result<(), VaultError> {
        entry(account)?.set_password(secret.expose_secret()).map_err(sorted)
    }

    fn get(&self, account: &str) -> Result<Option<SecretString>, VaultError> {
        match entry(account)?.get_password() {
            Ok(secret) => Ok(Some(SecretString::from(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(sorted(error)),
        }
    }

    fn delete(&self, account: &str) -> Result<(), VaultError> {
        match entry(account)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(sorted(error)),
        }
    }
}

fn entry(account: &str) -> Result<Entry, VaultError> {
    if let Err(error) = Entry::store_status() {
        // The library asks the system once in a process; what it heard then stays.
        tracing::warn!(%error, "no keyring");
        return Err(VaultError::Absent);
    }
    Entry::new(SERVICE, account).map_err(sorted)
}

/// Sorts by what a person can do. An error's text never holds the secret, its `BadEncoding` data would.
fn sorted(error: Error) -> VaultError {
    match error {
        Error::NoDefaultStore => VaultError::Absent,
        Error::NoStorageAccess(_) => VaultError::Locked,
        Error::PlatformFailure(source) if nobody_there(&source.to_string()) => VaultError::Absent,
        other => VaultError::Broken(other.to_string()),
    }
}

/// D-Bus says so when no program offers the Secret Service.
fn nobody_there(says: &str) -> bool {
    says.contains("ServiceUnknown") || says.contains("was not provided by any .service files")
}
