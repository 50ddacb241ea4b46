//! Why a key cannot be kept or read, as sentences with what to do. It decides nothing.

use contract::{Code, Fault};

use super::VaultError;

/// The keyring did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    #[error(
        "No keyring answers on this system, so a key cannot be kept safely. Install and start one (GNOME Keyring or \
         KWallet; on Debian: sudo apt install gnome-keyring), log in anew and start Pilothouse again, or keep the key \
         for this session only."
    )]
    Absent,
    #[error(
        "The keyring is locked. Unlock it with your login password (in Passwords and Keys, or by logging in anew) and \
         try again, or keep the key for this session only."
    )]
    Locked,
    #[error(
        "The keyring did not answer within 5 s; most likely it is locked and waits for its password. Unlock it and \
         try again, or keep the key for this session only."
    )]
    Silent,
    #[error(
        "The keyring refused ({says}). Check it in Passwords and Keys and try again, or keep the key for this session \
         only."
    )]
    Broken {
        /// Its own words.
        says: String,
    },
}

impl From<VaultError> for KeyFault {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Absent => KeyFault::Absent,
            VaultError::Locked => KeyFault::Locked,
            VaultError::Broken(says) => KeyFault::Broken { says },
        }
    }
}

impl From<KeyFault> for Fault {
    fn from(fault: KeyFault) -> Self {
        Fault::new(Code::NoKeyring, fault.to_string())
    }
}
