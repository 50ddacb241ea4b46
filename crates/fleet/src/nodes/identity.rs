//! Who we are to a node: its key, and the device identity that some vendors pair with. The identity is made once a
//! node and kept where the key is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::{Code, Fault};
use link::dialect::Credentials;
use link::event::NodeState;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::Parts;
use crate::keys::{KeyFault, Keys, Place, Slot};
use crate::table::node::{Kept, NodeRow};

/// What a link shows a gateway of us.
pub type Credential = Credentials;

/// Why there are no credentials.
#[derive(Debug)]
pub enum Missing {
    /// The keyring did not give them.
    Keyring(KeyFault),
    /// It has none for this node any more.
    Gone,
    /// They were given for an earlier session only.
    OtherSession,
}

impl Missing {
    /// As the answer to a call.
    pub fn into_fault(self) -> Fault {
        match self.into_state() {
            NodeState::Unauthorised { reason } => Fault::new(Code::Unauthorised, reason),
            NodeState::Failed { reason } => Fault::new(Code::NoKeyring, reason),
            _ => Fault::new(Code::Other, "The key cannot be had."),
        }
    }

    /// How the node stands without them.
    pub fn into_state(self) -> NodeState {
        let gone = |reason: &str| NodeState::Unauthorised { reason: reason.to_owned() };
        match self {
            Missing::Keyring(fault) => NodeState::Failed { reason: fault.to_string() },
            Missing::Gone => {
                gone("The keyring holds no key for this node any more. Edit the node and enter the key again.")
            }
            Missing::OtherSession => {
                gone("The key was kept for one session only, which is over. Edit the node and enter the key again.")
            }
        }
    }
}

/// The row's credentials; a `typed` key comes before the stored one.
///
/// # Errors
/// Why they cannot be had.
pub async fn read(parts: &Parts, row: &NodeRow, typed: Option<SecretString>) -> Result<Credential, Missing> {
    let keys = &parts.keys;
    let key = match typed {
        Some(key) => Some(key),
        None => secret(keys, row, Slot::Key, row.key).await?,
    };
    let device = match row.device {
        Kept::None => None,
        Kept::Keyring => Some(device(keys, &row.id, Place::Keyring).await.map_err(Missing::Keyring)?),
        Kept::Session => Some(device(keys, &row.id, Place::Memory).await.map_err(Missing::Keyring)?),
    };
    let device_token = match row.device {
        Kept::Keyring => keys.read(&row.id, Slot::DeviceToken).await.map_err(Missing::Keyring)?,
        Kept::Session | Kept::None => keys.in_memory(&row.id, Slot::DeviceToken),
    };
    Ok(Credentials { key, device, device_token })
}

/// Keeps what the person typed, and makes the device identity if the vendor may want one.
///
/// # Errors
/// The keyring did not keep it: then nothing is kept.
pub async fn keep_key(
    keys: &Keys,
    row: &mut NodeRow,
    key: Option<&SecretString>,
    place: Place,
) -> Result<(), KeyFault> {
    use contract::node::Vendor::{Auto, Openclaw};
    let kept = match place {
        Place::Keyring => Kept::Keyring,
        Place::Memory => Kept::Session,
    };
    if let Some(key) = key {
        keys.keep(&row.id, Slot::Key, place, key).await?;
        row.key = kept;
    }
    if matches!(row.vendor, Auto | Openclaw) && row.device == Kept::None {
        device(keys, &row.id, place).await?;
        row.device = kept;
    }
    Ok(())
}

async fn secret(keys: &Keys, row: &NodeRow, slot: Slot, kept: Kept) -> Result<Option<SecretString>, Missing> {
    if let Some(secret) = keys.in_memory(&row.id, slot) {
        return Ok(Some(secret));
    }
    match kept {
        Kept::None => Ok(None),
        Kept::Session => Err(Missing::OtherSession),
        Kept::Keyring => match keys.read(&row.id, slot).await {
            Ok(Some(secret)) => Ok(Some(secret)),
            Ok(None) => Err(Missing::Gone),
            Err(fault) => Err(Missing::Keyring(fault)),
        },
    }
}

/// The device identity of that node; made now if there is none.
async fn device(keys: &Keys, node: &str, place: Place) -> Result<SecretString, KeyFault> {
    let known = match place {
        Place::Keyring => keys.read(node, Slot::Device).await?,
        Place::Memory => keys.in_memory(node, Slot::Device),
    };
    if let Some(secret) = known {
        return Ok(secret);
    }
    let secret = new_device()?;
    keys.keep(node, Slot::Device, place, &secret).await?;
    Ok(secret)
}

/// A fresh ed25519 secret, as `link` wants it.
fn new_device() -> Result<SecretString, KeyFault> {
    let mut secret = Zeroizing::new([0_u8; 32]);
    getrandom::fill(&mut *secret).map_err(|error| KeyFault::Broken { says: format!("no random numbers: {error}") })?;
    Ok(SecretString::from(URL_SAFE_NO_PAD.encode(*secret)))
}
