//! One gateway as the configuration of another program has it. Its key is taken out once, when the person said yes.

use std::fmt;
use std::path::PathBuf;

use contract::node::Vendor;
use secrecy::SecretString;

/// What a configuration offers.
#[derive(Debug)]
pub struct Offer {
    /// A name for it.
    pub name: String,
    /// A route.
    pub address: String,
    pub vendor: Vendor,
    pub key: Key,
    /// Of the certificate that the other program trusts.
    pub fingerprint: Option<String>,
    pub file: PathBuf,
}

/// The key that comes with an offer.
pub enum Key {
    There(SecretString),
    None,
    /// It is named, and kept elsewhere: a sentence.
    Elsewhere(String),
}

impl Offer {
    /// Stands for the offer as long as it says the same.
    pub fn id(&self) -> String {
        let said = format!("{}\n{}\n{:?}", self.file.display(), self.address, self.key);
        link::Fingerprint::of(said.as_bytes()).to_string()
    }
}

impl fmt::Debug for Key {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Key::There(_) => "There",
            Key::None => "None",
            Key::Elsewhere(_) => "Elsewhere",
        })
    }
}
