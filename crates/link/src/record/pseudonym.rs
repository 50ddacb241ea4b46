//! Numbers and addresses of people inside identifiers (`agent:main:whatsapp:+4930123456`): always the same other one in
//! a recording, so that what belongs together stays together.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// How many digits in a row may be somebody's number.
const DIGITS: usize = 6;

/// Gives every person of a recording another number; no two recordings give the same.
pub(super) struct Pseudonyms {
    salt: [u8; 16],
}

impl Pseudonyms {
    pub fn new(salt: [u8; 16]) -> Pseudonyms {
        Pseudonyms { salt }
    }

    /// The identifier with other numbers and addresses, if there are any in it.
    pub fn identifier(&self, text: &str) -> Option<String> {
        let parts: Vec<_> = text.split(':').collect();
        // The first part says what it is about, and a lone number is an id.
        if parts.len() < 2 || !parts.iter().skip(1).any(|part| is_somebody(part)) {
            return None;
        }
        let named = parts
            .iter()
            .enumerate()
            .map(|(at, part)| if at > 0 && is_somebody(part) { self.of(part) } else { (*part).to_owned() });
        Some(named.collect::<Vec<_>>().join(":"))
    }

    fn of(&self, part: &str) -> String {
        let digest = Sha256::new().chain_update(self.salt).chain_update(part).finalize();
        let mut digits = digest.iter().cycle().map(|byte| char::from(b'0' + byte % 10));
        if part.contains('@') {
            let mut name = String::new();
            for byte in digest.iter().take(4) {
                // Writing into a string does not fail.
                let _ = write!(name, "{byte:02x}");
            }
            return format!("{name}@example.org");
        }
        part.chars().map(|char| if char.is_ascii_digit() { digits.next().unwrap_or('0') } else { char }).collect()
    }
}

/// A number as of a telephone or of a chat, or an address of mail.
fn is_somebody(part: &str) -> bool {
    let digits = part.trim_start_matches(['+', '-']);
    let number = digits.len() >= DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    let mail = part.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    number || mail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_an_identifier_is_always_the_same_other_one() {
        let names = Pseudonyms::new([7; 16]);
        let key = "agent:main:whatsapp:+4930123456";
        let other = names.identifier(key).unwrap();
        assert!(other.starts_with("agent:main:whatsapp:+") && other.len() == key.len() && other != key, "{other}");
        assert_eq!(names.identifier(key).unwrap(), other);
        assert_ne!(Pseudonyms::new([8; 16]).identifier(key).unwrap(), other);
        let mail = names.identifier("mail:ada@lovelace.example").unwrap();
        assert!(mail.ends_with("@example.org") && !mail.contains("ada"), "{mail}");
    }

    #[test]
    fn ids_of_things_stay() {
        let names = Pseudonyms::new([7; 16]);
        for id in ["agent:main:main", "1795238502242935620", "call_1795238502242935620", "session:39406105-18b9-4e85"] {
            assert_eq!(names.identifier(id), None, "{id}");
        }
    }
}
